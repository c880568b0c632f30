import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunningSandbox } from "../../src/sandbox/sandbox.ts";
import { startSandbox } from "../../src/sandbox/start-sandbox.ts";
import {
  type Answer,
  type AttackClient,
  callMcp,
  callTool,
  createAttackClient,
  openMcp,
  resultOf,
} from "../support/attack-client.ts";
import { createFakeClock } from "../support/clock.ts";
import { readFrames } from "../support/event-stream.ts";
import { type RunningApp, startApp } from "../support/running-app.ts";
import { startWiretap, type Wiretap } from "../support/wiretap.ts";

/** Two locations on one server: what one may not learn of the other, through everything typed. */

const clock = createFakeClock();
const ERAS = ["modern", "legacy"] as const;
const SCOPES = [
  ...["contacts", "opportunities", "conversations", "calendars"].flatMap((name) => [
    `${name}.readonly`,
    `${name}.write`,
  ]),
  "calendars/events.readonly",
  "calendars/events.write",
  "conversations/message.readonly",
  "conversations/message.write",
  "locations.readonly",
  "locations/tags.readonly",
  "locations/tags.write",
  "users.readonly",
  "oauth.readonly",
  "oauth.write",
];

let running: RunningApp;
let sandbox: RunningSandbox;
let wire: Wiretap;
let client: AttackClient;
let mine: Tenant;
let theirs: Tenant;

interface Tenant {
  readonly locationId: string;
  readonly name: string;
  readonly token: string;
}

/** Records of the other location, found through its own grant. */
let foreign: {
  readonly contactId: string;
  readonly contactName: string;
  readonly dealId: string;
  readonly conversationId: string;
  readonly calendarId: string;
};

beforeAll(async () => {
  wire = await startWiretap();
  sandbox = await startSandbox({ clock });
  wire.setTarget(sandbox.baseUrl);
  const tapped = { ...sandbox, baseUrl: wire.url };
  running = await startApp({ clock, sandbox: tapped, config: { scopes: SCOPES } });
  client = await createAttackClient(running);
  mine = await signInTo(0);
  theirs = await signInTo(1);
  foreign = await findForeign();
});
afterAll(async () => {
  await running.close();
  await wire.close();
  await sandbox.close();
});
// The rate budget of a location fills up with time, which stands still otherwise.
beforeEach(() => clock.advance(10));

async function signInTo(index: number): Promise<Tenant> {
  const location = sandbox.locations[index];
  if (location === undefined) throw new Error(`the sandbox has no location ${index}`);
  const { access_token: token } = await client.obtain({
    choose: location.id,
    consent: { access: "critical" },
  });
  return { locationId: location.id, name: location.name, token };
}

async function findForeign(): Promise<typeof foreign> {
  const read = async (name: string, args: Record<string, unknown>) =>
    resultOf(await callTool(running, theirs.token, { name, arguments: args }))[
      "structuredContent"
    ] as Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;
  const { conversations } = await read("read_operation", {
    operation: "conversations.search-conversation",
  });
  const { opportunities } = await read("get_opportunities", {});
  const { calendars } = await read("read_operation", { operation: "calendars.get-calendars" });
  const [conversation] = conversations ?? [];
  const found = {
    contactId: conversation?.["contactId"] ?? "",
    contactName: conversation?.["name"] ?? "",
    conversationId: conversation?.["id"] ?? "",
    dealId: opportunities?.[0]?.["id"] ?? "",
    calendarId: calendars?.[0]?.["id"] ?? "",
  };
  if (Object.values(found).includes("")) throw new Error(`not found: ${JSON.stringify(found)}`);
  return found;
}

/** Nobody's record, and no name of the other location. */
function expectNothingTold(answer: Answer): void {
  expect(answer.text).not.toContain(theirs.name);
  expect(answer.text).not.toContain(foreign.contactName);
}

/** No request since then named the other location, and none that writes was taken. */
function expectNothingDone(before: number): void {
  for (const { method, path, sent, status } of wire.exchanges().slice(before)) {
    const body = sent.split("\n").at(-1) ?? "";
    expect(path + body).not.toContain(theirs.locationId);
    if (method !== "GET" && !path.startsWith("/contacts/search")) {
      expect({ path, refused: status >= 400 }).toEqual({ path, refused: true });
    }
  }
}

describe("the typed tools", () => {
  const calls = (): readonly (readonly [string, Record<string, unknown>])[] => {
    const { contactId, conversationId, dealId, calendarId } = foreign;
    const start = "2026-03-02T10:00";
    return [
      ["get_contact", { contact_id: contactId, include: ["notes", "tasks", "appointments"] }],
      ["update_contact", { contact_id: contactId, first_name: "Eve", add_tags: ["owned"] }],
      ["update_opportunity", { opportunity_id: dealId, status: "lost" }],
      ["update_opportunity", { opportunity_id: dealId, stage: "Quote sent" }],
      ["get_conversation", { conversation_id: conversationId }],
      ["find_free_slots", { calendars: [calendarId] }],
      ["book_appointment", { calendar: calendarId, contact_id: contactId, start }],
      ["send_message", { channel: "sms", contact_id: contactId, message: "hello" }],
    ];
  };

  it.each(ERAS)(
    "N01: do nothing with ids of another location, and tell nothing (%s)",
    async (era) => {
      for (const [name, args] of calls()) {
        const before = wire.exchanges().length;
        const answer = await callTool(running, mine.token, { name, arguments: args }, { era });
        expect({ name, result: resultOf(answer) }).toMatchObject({
          name,
          result: { isError: true },
        });
        expectNothingTold(answer);
        expectNothingDone(before);
      }
    },
  );

  it("N01: find nothing by an id of another location where they search", async () => {
    for (const [name, args, list] of [
      ["get_conversation", { contact_id: foreign.contactId }, "messages"],
      ["get_opportunities", { contact_id: foreign.contactId }, "opportunities"],
      ["search_contacts", { query: foreign.contactId }, "contacts"],
    ] as const) {
      const before = wire.exchanges().length;
      const answer = await callTool(running, mine.token, { name, arguments: args });
      expect(resultOf(answer)["structuredContent"]).toMatchObject({ [list]: [] });
      expectNothingTold(answer);
      expectNothingDone(before);
    }
  });

  it("N01: have no argument that names another location, and ask nobody", async () => {
    for (const [name, args] of [
      ...calls(),
      ["search_contacts", {}] as const,
      ["get_opportunities", {}] as const,
      ["create_contact", { email: "eve@example.com" }] as const,
    ]) {
      for (const extra of [{ location: theirs.locationId }, { locationId: theirs.locationId }]) {
        const before = wire.exchanges().length;
        const tool = { name, arguments: { ...args, ...extra } };
        const answer = await callTool(running, mine.token, tool);
        expect(resultOf(answer)).toMatchObject({ isError: true });
        expectNothingTold(answer);
        expect(wire.exchanges().length).toBe(before);
      }
    }
  });
});

describe("resources, prompts and completion", () => {
  const ask = (method: string, params: Record<string, unknown>, era: (typeof ERAS)[number]) =>
    callMcp(
      running,
      mine.token,
      { method, params },
      {
        era,
        headers: typeof params["uri"] === "string" ? { "mcp-name": params["uri"] } : {},
      },
    );

  it.each(ERAS)("N01: list and complete the own location alone (%s)", async (era) => {
    const listed = await ask("resources/list", {}, era);
    expect(listed.text).toContain(mine.locationId);
    expect(listed.text).not.toContain(theirs.locationId);
    expectNothingTold(listed);
    for (const value of [theirs.name.slice(0, 4), theirs.locationId, ""]) {
      const completed = await ask(
        "completion/complete",
        {
          ref: { type: "ref/resource", uri: "ghl://locations/{location}/{resource}" },
          argument: { name: "location", value },
        },
        era,
      );
      expect(completed.text).not.toContain(`"${theirs.locationId}"`);
      expectNothingTold(completed);
    }
  });

  it.each(ERAS)("N01: read nothing of another location, and ask nobody (%s)", async (era) => {
    for (const kind of ["pipelines", "calendars", "custom-fields", "users", "tags"]) {
      for (const uri of [
        `ghl://locations/${theirs.locationId}/${kind}`,
        `ghl://locations/${mine.locationId}/../${theirs.locationId}/${kind}`,
        `ghl://locations/${mine.locationId}%2f..%2f${theirs.locationId}/${kind}`,
      ]) {
        const before = wire.exchanges().length;
        const answer = await ask("resources/read", { uri }, era);
        expect(answer.json).toMatchObject({ error: { code: -32602 } });
        expectNothingTold(answer);
        expect(wire.exchanges().length).toBe(before);
      }
    }
  });

  it.each(ERAS)("N01: complete nothing of another location that is named (%s)", async (era) => {
    const before = wire.exchanges().length;
    const completed = await ask(
      "completion/complete",
      {
        ref: { type: "ref/prompt", name: "pipeline_review" },
        argument: { name: "pipeline", value: "" },
        context: { arguments: { location: theirs.locationId } },
      },
      era,
    );
    expectNothingTold(completed);
    for (const { path } of wire.exchanges().slice(before)) {
      expect(path).not.toContain(theirs.locationId);
    }
    const prompted = await ask(
      "prompts/get",
      { name: "pipeline_review", arguments: { location: theirs.locationId } },
      era,
    );
    expect(prompted.json).toMatchObject({ error: { code: -32602 } });
    expectNothingTold(prompted);
  });

  it("N01: a stream of changes is silent about another location that it names", async () => {
    const uri = (location: string): string => `ghl://locations/${location}/tags`;
    const listening = async (token: string) => {
      const notifications = {
        resourcesListChanged: true,
        resourceSubscriptions: [uri(mine.locationId), uri(theirs.locationId)],
      };
      const params = { notifications };
      const frames = readFrames(
        await openMcp(running, token, { method: "subscriptions/listen", params }),
      );
      await frames.next();
      return frames;
    };
    const frames = await listening(mine.token);
    const tag = async (token: string, name: string): Promise<void> => {
      const args = { operation: "locations.create-tag", body: { name } };
      const answer = await callTool(running, token, { name: "write_operation", arguments: args });
      expect(resultOf(answer)).not.toHaveProperty("isError", true);
    };
    await tag(theirs.token, "unheard");
    await tag(mine.token, "heard");
    // In order: the first that comes would be the other location's.
    expect((await frames.next()).value).toMatchObject({
      method: "notifications/resources/updated",
      params: { uri: uri(mine.locationId) },
    });
    await frames.return(undefined);
  });
});

describe("the pair of ChatGPT's connectors", () => {
  const path = "/mcp?tools=chatgpt";

  it.each(ERAS)("N01: finds nobody of another location (%s)", async (era) => {
    const before = wire.exchanges().length;
    const tool = { name: "search", arguments: { query: foreign.contactName } };
    const answer = await callTool(running, mine.token, tool, { era, path });
    expect(resultOf(answer)).not.toHaveProperty("isError", true);
    expect(answer.text).not.toContain(foreign.contactId);
    expectNothingDone(before);
  });

  it.each(ERAS)("N01: fetches nothing of another location (%s)", async (era) => {
    for (const [id, asks] of [
      [`contact/${theirs.locationId}/${foreign.contactId}`, false],
      [`opportunity/${theirs.locationId}/${foreign.dealId}`, false],
      [`contact/${mine.locationId}/${foreign.contactId}`, true],
      [`opportunity/${mine.locationId}/${foreign.dealId}`, true],
      [`contact/../${theirs.locationId}/${foreign.contactId}`, false],
    ] as const) {
      const before = wire.exchanges().length;
      const tool = { name: "fetch", arguments: { id } };
      const answer = await callTool(running, mine.token, tool, { era, path });
      expect(resultOf(answer)).toMatchObject({ isError: true });
      expectNothingTold(answer);
      expectNothingDone(before);
      if (!asks) expect(wire.exchanges().length).toBe(before);
    }
  });
});
