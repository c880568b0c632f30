import { expect } from "vitest";
import { type Job, first, found, rows } from "../job.ts";

const TEXT = "Thank you for asking. Your quote is on its way.";

/** Find who filled in a form last, and answer; the person confirms in the client. */
export const answerForm: Job = {
  ask: "Who asked for a call through the form last? Write them that the quote is on its way.",
  grant: "one location",
  confirmation: "by asking",
  run: async (session, world) => {
    const ways = await session.call("search_operations", {
      query: "who filled in a form",
      limit: 3,
    });
    found(ways.text, "forms.get-forms", "forms.get-forms-submissions");
    const forms = await session.call("read_operation", { operation: "forms.get-forms" });
    const form = rows(forms.data, "forms").find(({ name }) => name === "Book a call");
    const answers = await session.call("read_operation", {
      operation: "forms.get-forms-submissions",
      parameters: { formId: form?.["id"], limit: 1 },
    });
    expect(answers.data["untrusted"]).toContain("others");
    const last = first(rows(answers.data, "submissions"));
    await session.call("send_message", {
      channel: "email",
      contact_id: last["contactId"],
      subject: "Your quote",
      message: TEXT,
    });

    expect(session.questions).toHaveLength(1);
    expect(session.questions[0]).toContain(String(last["name"]));
    const query = `locationId=${world.here}&contactId=${String(last["contactId"])}`;
    const { conversations } = await world.get(`/conversations/search?${query}`);
    const { id } = first(conversations as { id: string }[]);
    const { messages } = await world.get(`/conversations/${id}/messages?limit=1`);
    const listed = messages as { readonly messages: readonly Readonly<Record<string, unknown>>[] };
    expect(first(listed.messages)).toMatchObject({
      direction: "outbound",
      messageType: "TYPE_EMAIL",
    });
    expect(world.writes()).toMatchObject([{ method: "POST", path: "/conversations/messages" }]);
  },
};
