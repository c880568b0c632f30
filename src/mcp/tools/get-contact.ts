import { z } from "zod";
import { CONTACT_PARTS, readContact } from "../contact-detail.ts";
import { defineTool } from "../tool.ts";

/** One contact in full, and what belongs to it where that is asked for. */
export const getContact = defineTool({
  name: "get_contact",
  title: "Get contact",
  description: "One contact in full, with its notes, tasks or appointments if asked.",
  access: "read",
  area: "contacts",
  target: "location",
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: z.strictObject({
    contact_id: z.string().min(1).max(64),
    include: z.array(z.enum(CONTACT_PARTS)).max(3).optional(),
  }),
  run: ({ contact_id: contactId, include = [] }, context) =>
    readContact(contactId, include, context),
});
