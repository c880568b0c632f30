import { z } from "zod";
import { chooseOperation, toOperationReach } from "../operations/choose-operation.ts";
import { OPERATION_FIELDS } from "../operations/operation-fields.ts";
import { readMany } from "../operations/read-many.ts";
import { readOne } from "../operations/read-one.ts";
import { CURSOR_FIELD } from "../page.ts";
import { defineTool } from "../tool.ts";
import { wrongArgument } from "../wrong-argument.ts";

/** Runs any operation that only reads. */
export const readOperation = defineTool({
  name: "read_operation",
  title: "Read operation",
  description: "Run an operation of class read.",
  access: "read",
  area: undefined,
  sets: ["core"],
  target: "operation",
  fansOut: true,
  reach: toOperationReach,
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: z.strictObject({
    ...OPERATION_FIELDS,
    fields: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(40)
      .optional()
      .describe("Record fields to return: contact.name"),
    pages: z.int().min(1).max(20).optional(),
    cursor: CURSOR_FIELD.describe("next_cursor, same other arguments"),
  }),
  run: async ({ operation: id, ...given }, context) => {
    const operation = chooseOperation(id, "read", context);
    if (!operation.ok) return operation;
    const request = { ...given, operation: operation.value, context };
    if (context.locations === undefined) return readOne(request);
    if (operation.value.tokenClass === "company" && operation.value.location.length === 0) {
      return wrongArgument("locations", "has no meaning here: the operation is about the agency");
    }
    return readMany(request, context.locations);
  },
});
