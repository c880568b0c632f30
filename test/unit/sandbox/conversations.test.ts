import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seedWorld } from "../../../src/sandbox/seed/seed-world.ts";
import {
  at,
  idAt,
  idsAt,
  type OpenSandbox,
  openSandbox,
  REFERENCE_SECONDS,
  rowsAt,
  V3,
} from "./open-sandbox.ts";
import { signIn } from "./sign-in.ts";

const world = seedWorld(1);
let open: OpenSandbox;

beforeAll(async () => {
  open = await openSandbox();
});
afterAll(() => open.sandbox.close());

let made = 0;
const createContact = async (fields: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  made += 1;
  const answer = await open.ask("POST /contacts/", {
    locationId: open.here,
    firstName: `Writer${made}`,
    email: `writer${made}@example.com`,
    phone: `+1503555${String(2000 + made)}`,
    ...fields,
  });
  return idAt(answer, "contact");
};

const send = (contactId: string, fields: Readonly<Record<string, unknown>>) =>
  open.ask("POST /conversations/messages", { type: "SMS", contactId, ...fields });

const search = (query: string) =>
  open.ask(`GET /conversations/search?locationId=${open.here}&${query}`);

const messagesOf = async (conversationId: unknown, query = "") => {
  const answer = await open.ask(`GET /conversations/${String(conversationId)}/messages?${query}`);
  return rowsAt(answer, "messages.messages");
};

const seeded = () =>
  [...world.conversations.values()].filter(({ locationId }) => locationId === open.here);

describe("the sample conversations", () => {
  it("number over forty in each location, with unread, starred and unassigned ones", () => {
    for (const { id } of world.locations) {
      const own = [...world.conversations.values()].filter(({ locationId }) => locationId === id);
      expect(own.length).toBeGreaterThan(40);
      expect(own.filter(({ unreadCount }) => unreadCount > 0).length).toBeGreaterThan(8);
      expect(own.some(({ starred }) => starred)).toBe(true);
      expect(own.some(({ assignedTo }) => assignedTo === undefined)).toBe(true);
      for (const one of own) expect(world.contacts.get(one.contactId)?.locationId).toBe(id);
    }
  });

  it("have unread ones of the last day and some that wait for more than two", () => {
    const waitingDays = seeded()
      .filter(({ unreadCount }) => unreadCount > 0)
      .map(({ last }) => (REFERENCE_SECONDS * 1000 - Date.parse(last?.date ?? "")) / 86_400_000);
    expect(waitingDays.filter((days) => days < 1).length).toBeGreaterThan(2);
    expect(waitingDays.filter((days) => days > 2).length).toBeGreaterThan(2);
    expect(Math.min(...waitingDays)).toBeGreaterThan(0);
  });

  it("have one whose last message gives orders to its reader", () => {
    const orders = seeded().filter(({ last }) => last?.body.startsWith("Ignore all previous"));
    expect(orders).toHaveLength(1);
    expect(orders[0]).toMatchObject({ unreadCount: 1 });
  });
});

describe("the search for conversations", () => {
  it("lists each exactly once over its pages, by the sort key of the last one", async () => {
    const seen: string[] = [];
    let cursor = "";
    for (;;) {
      const page = rowsAt(await search(`limit=10${cursor}`), "conversations");
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => String(id)));
      cursor = `&startAfterDate=${String(at({ body: page.at(-1) }, "sort.0"))}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(new Set(seen)).toEqual(new Set(seeded().map(({ id }) => id)));
    const dates = seen.map((id) => world.conversations.get(id)?.last?.date ?? "");
    expect(dates).toEqual(dates.toSorted().toReversed());
  });

  it("filters by state, person, kind of the last message and words", async () => {
    const ids = async (query: string) =>
      idsAt(await search(`limit=100&${query}`), "conversations").toSorted();
    const expected = (
      test: (
        one: typeof world.conversations extends Map<string, infer One> ? One : never,
      ) => boolean,
    ) =>
      seeded()
        .filter(test)
        .map(({ id }) => id)
        .toSorted();
    expect(await ids("status=unread")).toEqual(expected(({ unreadCount }) => unreadCount > 0));
    expect(await ids("status=read")).toEqual(expected(({ unreadCount }) => unreadCount === 0));
    expect(await ids("status=starred")).toEqual(expected(({ starred }) => starred));
    expect(await ids("assignedTo=unassigned")).toEqual(
      expected(({ assignedTo }) => assignedTo === undefined),
    );
    expect(await ids("lastMessageType=TYPE_EMAIL")).toEqual(
      expected(({ last }) => last?.messageType === "TYPE_EMAIL"),
    );
    expect(await ids("lastMessageDirection=inbound&status=unread")).toEqual(
      expected(({ last, unreadCount }) => last?.direction === "inbound" && unreadCount > 0),
    );
    const some = seeded()[3];
    expect(await ids(`contactId=${some?.contactId ?? ""}`)).toEqual([some?.id]);
    const contact = world.contacts.get(some?.contactId ?? "");
    const words = encodeURIComponent(`${contact?.firstName ?? ""} ${contact?.lastName ?? ""}`);
    expect(await ids(`query=${words}`)).toContain(some?.id);
    expect(await ids("query=maintenance%20mode")).toHaveLength(1);
  });

  it("refuses unknown filters, another location and a token without the scope", async () => {
    expect((await search("state=unread")).body["message"]).toEqual([
      "property state should not exist",
    ]);
    expect((await search("status=new")).status).toBe(422);
    expect((await search("startAfterDate=soon")).status).toBe(422);
    const foreign = await open.ask(
      `GET /conversations/search?locationId=${open.here}`,
      undefined,
      open.foreign,
    );
    expect(foreign.status).toBe(403);
    const { access_token: token } = await signIn(open.sandbox, open.here, "contacts.readonly");
    const refused = await open.ask(`GET /conversations/search?locationId=${open.here}`, undefined, {
      token,
    });
    expect(refused.status).toBe(401);
  });
});

describe("a conversation", () => {
  it("is created once for a contact, changed and deleted with its messages", async () => {
    const contactId = await createContact();
    const wanted = { locationId: open.here, contactId };
    const created = await open.ask("POST /conversations/", wanted);
    expect(created).toMatchObject({
      status: 201,
      body: { success: true, conversation: { contactId } },
    });
    const id = idAt(created, "conversation");
    expect(await open.ask("POST /conversations/", wanted)).toMatchObject({
      status: 400,
      body: { message: "Conversation already exists", meta: { conversationId: id } },
    });
    const sent = await send(contactId, { message: "Hi" });
    expect(sent.body["conversationId"]).toBe(id);
    const starred = await open.ask(`PUT /conversations/${id}`, {
      locationId: open.here,
      starred: true,
      unreadCount: 3,
    });
    expect(starred.body).toMatchObject({
      success: true,
      conversation: { starred: true, unreadCount: 3 },
    });
    expect((await open.ask(`GET /conversations/${id}`)).body).toMatchObject({
      starred: true,
      type: 1,
      deleted: false,
    });
    expect(
      (await open.ask(`PUT /conversations/${id}`, { locationId: open.elsewhere })).status,
    ).toBe(403);
    expect((await open.ask(`DELETE /conversations/${id}`, undefined, open.foreign)).status).toBe(
      403,
    );
    expect((await open.ask(`DELETE /conversations/${id}`)).body).toEqual({ success: true });
    expect(
      (await open.ask(`GET /conversations/messages/${String(sent.body["messageId"])}`)).status,
    ).toBe(404);
  });

  it("counts what a contact writes as unread until somebody answers", async () => {
    const contactId = await createContact();
    const { conversationId } = open.sandbox.control.receiveMessage({ contactId, text: "Hello?" });
    open.clock.advance(1);
    open.sandbox.control.receiveMessage({ contactId, text: "Anyone?", channel: "WhatsApp" });
    const now = async () => rowsAt(await search(`contactId=${contactId}`), "conversations")[0];
    expect(await now()).toMatchObject({
      id: conversationId,
      unreadCount: 2,
      lastMessageBody: "Anyone?",
      lastMessageType: "TYPE_WHATSAPP",
      lastMessageDirection: "inbound",
      lastMessageDate: open.clock.nowMs(),
    });
    open.clock.advance(1);
    await send(contactId, { message: "Yes" });
    expect(await now()).toMatchObject({
      unreadCount: 0,
      lastMessageBody: "Yes",
      lastMessageDirection: "outbound",
    });
    expect(() => open.sandbox.control.receiveMessage({ contactId: "none", text: "x" })).toThrow(
      '"none"',
    );
  });
});

describe("messages", () => {
  it("are listed newest first, each exactly once, and by kind", async () => {
    const contactId = await createContact();
    let conversationId = "";
    for (let turn = 0; turn < 7; turn += 1) {
      open.clock.advance(1);
      ({ conversationId } = open.sandbox.control.receiveMessage({
        contactId,
        text: `m${turn}`,
        channel: turn % 3 === 0 ? "WhatsApp" : "SMS",
      }));
    }
    const seen: unknown[] = [];
    let cursor = "";
    for (let more: unknown = true; more === true;) {
      const page = await open.ask(`GET /conversations/${conversationId}/messages?limit=3${cursor}`);
      seen.push(...rowsAt(page, "messages.messages").map(({ body }) => body));
      cursor = `&lastMessageId=${String(at(page, "messages.lastMessageId"))}`;
      more = at(page, "messages.nextPage");
    }
    expect(seen).toEqual(["m6", "m5", "m4", "m3", "m2", "m1", "m0"]);
    const chats = await messagesOf(conversationId, "type=TYPE_WHATSAPP,TYPE_CALL");
    expect(chats.map(({ body }) => body)).toEqual(["m6", "m3", "m0"]);
    expect(
      (await open.ask(`GET /conversations/${conversationId}/messages?lastMessageId=x`)).status,
    ).toBe(400);
  });

  it("go out by email with subject and HTML, which only the email itself shows", async () => {
    const contactId = await createContact();
    const sent = await send(contactId, {
      type: "Email",
      subject: "Offer",
      html: "<p>Dear you</p>",
      emailCc: ["c@example.com"],
    });
    expect(sent.body).toMatchObject({
      msg: "Email queued successfully.",
      emailMessageId: expect.any(String) as string,
    });
    const [message] = await messagesOf(sent.body["conversationId"]);
    expect(message).toMatchObject({
      type: 3,
      messageType: "TYPE_EMAIL",
      source: "api",
      meta: { email: { messageIds: [sent.body["emailMessageId"]] } },
    });
    expect(message).not.toHaveProperty("body");
    const email = await open.ask(
      `GET /conversations/messages/email/${String(sent.body["emailMessageId"])}`,
    );
    expect(email.body).toMatchObject({
      subject: "Offer",
      body: "<p>Dear you</p>",
      to: [`writer${made}@example.com`],
      cc: ["c@example.com"],
      direction: "outbound",
    });
    const reply = await send(contactId, {
      type: "Email",
      message: "More",
      replyMessageId: sent.body["emailMessageId"],
    });
    const second = await open.ask(
      `GET /conversations/messages/email/${String(reply.body["emailMessageId"])}`,
    );
    expect(second.body).toMatchObject({
      subject: "Offer",
      body: "<p>More</p>",
      threadId: email.body["threadId"],
      replyToMessageId: sent.body["emailMessageId"],
    });
  });

  it("are refused by do-not-disturb, without an address, without text, and nothing is recorded", async () => {
    const quiet = await createContact({ dndSettings: { SMS: { status: "active" } } });
    const silent = await createContact({ dnd: true });
    const bare = await createContact({ phone: undefined });
    const contactId = await createContact();
    const texts = async (id: string, fields: object) =>
      (await send(id, { message: "x", ...fields })).body["message"];
    expect(await texts(quiet, {})).toBe("Cannot send message as DND is active for SMS.");
    expect(await texts(silent, { type: "Email" })).toBe(
      "Cannot send message as DND is active for Email.",
    );
    expect(await texts(bare, {})).toBe("Missing phone number");
    expect(await texts(contactId, { message: "" })).toContain("no message or attachments");
    expect(await texts(contactId, { type: "Pigeon" })).toHaveLength(1);
    expect(await texts(contactId, { text: "x" })).toEqual(["property text should not exist"]);
    expect(await texts(contactId, { type: "Custom" })).toContain("conversationProviderId");
    for (const id of [quiet, silent, bare, contactId]) {
      expect(rowsAt(await search(`contactId=${id}`), "conversations")).toEqual([]);
    }
    expect((await send(quiet, { type: "Email", message: "by mail" })).status).toBe(200);
    const stranger = [...world.contacts.values()].find(
      ({ locationId }) => locationId === open.elsewhere,
    );
    expect((await send(stranger?.id ?? "", { message: "x" })).status).toBe(403);
    expect((await send("nobody", { message: "x" })).status).toBe(404);
  });

  it("wait for their time, go out then, and can be called off before", async () => {
    const contactId = await createContact();
    const seconds = open.clock.nowMs() / 1000 + 3600;
    const sent = await send(contactId, { message: "Later", scheduledTimestamp: seconds });
    expect(sent.body["status"]).toBe("scheduled");
    const called = await send(contactId, { message: "Never", scheduledTimestamp: seconds });
    const path = `/conversations/messages/${String(called.body["messageId"])}`;
    expect((await open.ask(`DELETE ${path}/schedule`)).body).toMatchObject({ status: 200 });
    expect((await open.ask(`GET ${path}`)).status).toBe(404);
    const statuses = async () =>
      (await messagesOf(sent.body["conversationId"])).map(({ body, status }) => [body, status]);
    expect(await statuses()).toEqual([["Later", "scheduled"]]);
    open.clock.advance(3600);
    expect(await statuses()).toEqual([["Later", "sent"]]);
    const [found] = rowsAt(await search(`contactId=${contactId}`), "conversations");
    expect(found).toMatchObject({ lastMessageBody: "Later", lastMessageDate: seconds * 1000 });
    const gone = `/conversations/messages/${String(sent.body["messageId"])}/schedule`;
    expect((await open.ask(`DELETE ${gone}`)).status).toBe(400);
    expect((await send(contactId, { message: "x", scheduledTimestamp: 1 })).status).toBe(400);
  });

  it("of a provider are added, and their state and attachments change", async () => {
    const contactId = await createContact();
    const { conversationId } = open.sandbox.control.receiveMessage({ contactId, text: "start" });
    const inbound = await open.ask("POST /conversations/messages/inbound", {
      type: "SMS",
      conversationId,
      contactId,
      conversationProviderId: "provider",
      message: "from outside",
    });
    expect(inbound.body).toMatchObject({ success: true, conversationId, contactId });
    const outbound = await open.ask("POST /conversations/messages/outbound", {
      type: "Call",
      conversationId,
      conversationProviderId: "provider",
      call: { to: "+15035550100", from: "+15035550101", status: "no-answer" },
    });
    const callId = String(outbound.body["messageId"]);
    expect((await open.ask(`GET /conversations/messages/${callId}`)).body).toMatchObject({
      messageType: "TYPE_CALL",
      direction: "outbound",
      meta: { callStatus: "no-answer" },
    });
    const path = `/conversations/messages/${String(inbound.body["messageId"])}`;
    expect((await open.ask(`PUT ${path}/status`, { status: "read" })).body).toMatchObject({
      status: "read",
    });
    expect((await open.ask(`PUT ${path}/status`, { status: "lost" })).status).toBe(422);
    await open.ask(`PUT ${path}/attachments`, { attachments: ["https://files.example.com/a"] });
    expect((await open.ask(`GET ${path}`)).body).toMatchObject({
      status: "read",
      attachments: ["https://files.example.com/a"],
    });
    const wrong = { type: "SMS", conversationId, conversationProviderId: "p", contactId: "other" };
    expect((await open.ask("POST /conversations/messages/inbound", wrong)).status).toBe(400);
  });

  it("are exported once each by cursor", async () => {
    const seen: string[] = [];
    let cursor = "";
    for (;;) {
      const page = await open.ask(
        `GET /conversations/messages/export?locationId=${open.elsewhere}&limit=50${cursor}`,
        undefined,
        { ...open.foreign, ...V3 },
      );
      seen.push(...idsAt(page, "messages"));
      const next = page.body["nextCursor"];
      if (next === null) break;
      cursor = `&cursor=${String(next)}`;
    }
    const all = [...world.messages.values()].filter(
      ({ locationId }) => locationId === open.elsewhere,
    );
    expect(seen.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    const calls = await open.ask(
      `GET /conversations/messages/export?locationId=${open.elsewhere}&channel=Call`,
      undefined,
      open.foreign,
    );
    expect(calls.body["total"]).toBe(
      all.filter(({ messageType }) => messageType === "TYPE_CALL").length,
    );
    expect(
      (await open.ask(`GET /conversations/messages/export?locationId=${open.here}&limit=5`)).status,
    ).toBe(422);
  });

  it("of a recorded call give a sound and its words; others have none", async () => {
    const call = [...world.messages.values()].find(
      (one) => one.locationId === open.here && one.call !== undefined,
    );
    const text = [...world.messages.values()].find(
      (one) => one.locationId === open.here && one.messageType === "TYPE_SMS",
    );
    const headers = {
      Authorization: `Bearer ${open.sandbox.privateTokens.get(open.here) ?? ""}`,
      Version: "2021-04-15",
    };
    const recording = (id = "") =>
      fetch(
        `${open.sandbox.baseUrl}/conversations/messages/${id}/locations/${open.here}/recording`,
        { headers },
      );
    const sound = await recording(call?.id);
    expect(sound.headers.get("content-type")).toBe("audio/x-wav");
    expect(
      Buffer.from(await sound.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe("RIFF");
    expect((await recording(text?.id)).status).toBe(404);
    const path = `/conversations/locations/${open.here}/messages/${call?.id ?? ""}/transcription`;
    const words = await open.ask(`GET ${path}`);
    expect(rowsAt({ body: words }, "body")[0]).toMatchObject({
      sentenceIndex: 0,
      transcript: "Good morning, how can I help?",
    });
    const file = await fetch(`${open.sandbox.baseUrl}${path}/download`, { headers });
    expect(await file.text()).toContain("I called last week");
    expect((await open.ask(`GET ${path.replace(open.here, open.elsewhere)}`)).status).toBe(403);
    const theirs = [...world.messages.values()].find(
      (one) => one.locationId === open.elsewhere && one.call !== undefined,
    );
    expect((await open.ask(`GET ${path.replace(call?.id ?? "", theirs?.id ?? "")}`)).status).toBe(
      404,
    );
  });

  it("take attachments that are uploaded", async () => {
    const form = new FormData();
    form.set("locationId", open.here);
    form.set("conversationId", "c");
    form.set("fileAttachment", new File(["the plan"], "plan.pdf", { type: "application/pdf" }));
    const sent = await fetch(`${open.sandbox.baseUrl}/conversations/messages/upload`, {
      method: "POST",
      body: form,
      headers: {
        Authorization: `Bearer ${open.sandbox.privateTokens.get(open.here) ?? ""}`,
        Version: "2021-04-15",
      },
    });
    const { uploadedFiles } = (await sent.json()) as { uploadedFiles: Record<string, string> };
    const url = uploadedFiles["plan.pdf"] ?? "";
    expect(await (await fetch(url)).text()).toBe("the plan");
    const empty = { locationId: open.here, conversationId: "c", contactId: "d" };
    expect((await open.ask("POST /conversations/messages/upload", empty)).status).toBe(400);
  });
});
