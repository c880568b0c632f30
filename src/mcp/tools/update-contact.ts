import { z } from "zod";
import { type Result, ok } from "../../core/result.ts";
import { CONTACT_FIELDS, toContactBody } from "../contact-input.ts";
import { toErrorText } from "../errors.ts";
import type { ToolFailure } from "../failure.ts";
import { optional } from "../optional.ts";
import { isRecord, toContactSummary } from "../record.ts";
import { type LocationContext, type ToolOutput, defineTool } from "../tool.ts";
import { wrongArgument } from "../wrong-argument.ts";

const tags = z.array(z.string().trim().min(1).max(100)).min(1).max(50).optional();

const input = z.strictObject({
  contact_id: z.string().min(1).max(64),
  ...CONTACT_FIELDS,
  assigned_to: z.string().max(64).optional().describe("User id"),
  do_not_disturb: z.boolean().optional(),
  add_tags: tags,
  remove_tags: tags,
});

/** Changes a contact; what is not named stays as it is, tags included. */
export const updateContact = defineTool({
  name: "update_contact",
  title: "Update contact",
  description: "Change fields of a contact; add or remove tags without touching the others.",
  access: "write",
  area: "contacts",
  target: "location",
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input,
  run: async (args, context) => {
    const { contact_id: contactId, add_tags: add, remove_tags: remove } = args;
    const both = add?.find((tag) => remove?.some((other) => isSameTag(tag, other)));
    if (both !== undefined) return wrongArgument("remove_tags", "must not name a tag of add_tags");
    const body = {
      ...toContactBody(args),
      ...optional("assignedTo", args.assigned_to),
      ...optional("dnd", args.do_not_disturb),
    };
    const steps = toSteps({ contactId, body, add, remove });
    return steps.length === 0
      ? wrongArgument("", "names nothing to change; give fields, add_tags or remove_tags")
      : runSteps(steps, contactId, context);
  },
});

/** One of the calls that a change takes. */
interface Step {
  readonly what: "fields" | "add_tags" | "remove_tags";
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** GoHighLevel takes tags apart from the fields: in the update they would replace all others. */
function toSteps(change: {
  readonly contactId: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly add: readonly string[] | undefined;
  readonly remove: readonly string[] | undefined;
}): readonly Step[] {
  const { body, add, remove } = change;
  return [
    ...(Object.keys(body).length === 0
      ? []
      : [{ what: "fields", operation: "contacts.update-contact", body } as const]),
    ...(add === undefined
      ? []
      : [{ what: "add_tags", operation: "contacts.add-tags", body: { tags: add } } as const]),
    ...(remove === undefined
      ? []
      : [
          {
            what: "remove_tags",
            operation: "contacts.remove-tags",
            body: { tags: remove },
          } as const,
        ]),
  ];
}

/** The first failure ends it; what had been changed by then is told. */
async function runSteps(
  steps: readonly Step[],
  contactId: string,
  context: LocationContext,
): Promise<Result<ToolOutput, ToolFailure>> {
  const changed: string[] = [];
  for (const { what, operation, body } of steps) {
    const answer = await context.call(operation, { parameters: { contactId }, body });
    if (!answer.ok && changed.length === 0) return answer;
    if (!answer.ok) {
      return ok({
        changed,
        not_changed: what,
        problem: toErrorText(answer.failure, context.errorText),
      });
    }
    changed.push(what);
  }
  const answer = await context.call("contacts.get-contact", { parameters: { contactId } });
  // The change is made: that the contact cannot be read after it is told, and no failure.
  if (!answer.ok) {
    const problem = toErrorText(answer.failure, context.errorText);
    return ok({ changed, contact: { id: contactId }, contact_problem: problem });
  }
  const contact = isRecord(answer.value) ? answer.value["contact"] : undefined;
  return ok({
    changed,
    contact: isRecord(contact) ? toContactSummary(contact) : { id: contactId },
  });
}

function isSameTag(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
