import { z } from "zod";
import { ok } from "../../core/result.ts";
import { checkCall } from "../operations/check-call.ts";
import { chooseOperation, toOperationReach } from "../operations/choose-operation.ts";
import { describeRequest } from "../operations/describe-request.ts";
import { OPERATION_FIELDS } from "../operations/operation-fields.ts";
import { ROOMY, slimRecord } from "../shape/slim.ts";
import { shapeAnswer } from "../shape/shape-answer.ts";
import { defineTool } from "../tool.ts";

/** Runs any operation that creates or changes, short of the critical ones. */
export const writeOperation = defineTool({
  name: "write_operation",
  title: "Write operation",
  description: "Run an operation of class write.",
  access: "write",
  area: undefined,
  sets: ["core"],
  target: "operation",
  reach: toOperationReach,
  annotations: {
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  input: z.strictObject({
    ...OPERATION_FIELDS,
    dry_run: z.boolean().optional().describe("Show the request, send nothing"),
  }),
  run: async ({ operation: id, dry_run: dryRun, ...given }, context) => {
    const operation = chooseOperation(id, "write", context);
    if (!operation.ok) return operation;
    const checked = await checkCall(operation.value, given, context);
    if (!checked.ok) return checked;
    const { call, location, request } = checked.value;
    if (dryRun === true) {
      const sent = slimRecord(describeRequest(request, call.body), ROOMY);
      return ok({ dry_run: true, ...sent, location });
    }
    const answer = await context.callIn({ location, operation: operation.value.id }, call);
    return answer.ok ? ok(shapeAnswer(operation.value, answer.value, {})) : answer;
  },
});
