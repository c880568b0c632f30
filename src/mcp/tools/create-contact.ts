import { z } from "zod";
import { type Result, fail, ok } from "../../core/result.ts";
import { CONTACT_FIELDS, toContactBody } from "../contact-input.ts";
import { toErrorText } from "../errors.ts";
import type { ToolFailure } from "../failure.ts";
import { optional } from "../optional.ts";
import { isRecord, toContactSummary, toText } from "../record.ts";
import { type LocationContext, type ToolOutput, defineTool } from "../tool.ts";
import { wrongArgument } from "../wrong-argument.ts";

const input = z.strictObject({
  ...CONTACT_FIELDS,
  company: z.string().trim().min(1).max(200).optional(),
  source: z.string().trim().min(1).max(200).optional(),
  tags: z.array(z.string().trim().min(1).max(100)).max(50).optional(),
  if_exists: z
    .enum(["error", "return", "update"])
    .default("error")
    .describe("For a known email or phone"),
});

type NewContact = z.output<typeof input>;

/** Adds a contact, or deals with the one that exists already as `if_exists` says. */
export const createContact = defineTool({
  name: "create_contact",
  title: "Create contact",
  description: "Add a contact. Needs a name, email or phone.",
  access: "write",
  area: "contacts",
  target: "location",
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input,
  run: async (args, context) => {
    const named = args.first_name ?? args.last_name ?? args.name ?? args.email ?? args.phone;
    if (named === undefined)
      return wrongArgument("", "give at least one of first_name, last_name, name, email, phone");
    const answer = await context.call("contacts.create-contact", {
      body: {
        ...toContactBody(args),
        ...optional("companyName", args.company),
        ...optional("source", args.source),
        ...optional("tags", args.tags),
      },
    });
    if (answer.ok) return toOutcome("created", answer.value);
    if (answer.failure.kind !== "duplicate_contact" || args.if_exists === "error") return answer;
    const contactId = answer.failure.contactId ?? (await findDuplicate(args, context));
    if (contactId === undefined) return answer;
    return args.if_exists === "update"
      ? update(contactId, args, context)
      : read(contactId, context);
  },
});

/** GoHighLevel sometimes reports a duplicate without saying which; then it can be looked up. */
async function findDuplicate(
  args: NewContact,
  context: LocationContext,
): Promise<string | undefined> {
  const parameters = { ...optional("email", args.email), ...optional("number", args.phone) };
  if (Object.keys(parameters).length === 0) return undefined;
  const found = await context.call("contacts.get-duplicate-contact", { parameters });
  if (!found.ok || !isRecord(found.value) || !isRecord(found.value["contact"])) return undefined;
  return toText(found.value["contact"]["id"]);
}

async function read(
  contactId: string,
  context: LocationContext,
): Promise<Result<ToolOutput, ToolFailure>> {
  const answer = await context.call("contacts.get-contact", { parameters: { contactId } });
  return answer.ok ? toOutcome("found", answer.value) : answer;
}

/** Changes the fields given, then adds the tags: a list of tags in the update would replace all others. */
async function update(
  contactId: string,
  args: NewContact,
  context: LocationContext,
): Promise<Result<ToolOutput, ToolFailure>> {
  const answer = await context.call("contacts.update-contact", {
    parameters: { contactId },
    body: { ...toContactBody(args), ...optional("source", args.source) },
  });
  if (!answer.ok) return answer;
  const outcome = toOutcome("updated", answer.value);
  if (!outcome.ok) return outcome;
  const company =
    args.company === undefined
      ? {}
      : { note: "company was not changed: GoHighLevel does not take it in an update" };
  if (args.tags === undefined || args.tags.length === 0)
    return ok({ ...outcome.value, ...company });
  const tagged = await context.call("contacts.add-tags", {
    parameters: { contactId },
    body: { tags: args.tags },
  });
  if (tagged.ok) return ok({ ...withTags(outcome.value, tagged.value), ...company });
  const problem = toErrorText(tagged.failure, context.errorText);
  return ok({ ...outcome.value, ...company, tags_not_added: problem });
}

function withTags(outcome: ToolOutput, answer: unknown): ToolOutput {
  const tags = isRecord(answer) ? answer["tags"] : undefined;
  return Array.isArray(tags) && isRecord(outcome["contact"])
    ? { ...outcome, contact: { ...outcome["contact"], tags } }
    : outcome;
}

function toOutcome(
  outcome: "created" | "found" | "updated",
  answer: unknown,
): Result<ToolOutput, ToolFailure> {
  const contact = isRecord(answer) ? answer["contact"] : undefined;
  if (!isRecord(contact)) return fail({ kind: "malformed_answer", status: 200 });
  return ok({ outcome, contact: toContactSummary(contact) });
}
