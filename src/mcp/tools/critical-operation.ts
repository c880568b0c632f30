import { z } from "zod";
import { type Result, ok } from "../../core/result.ts";
import type { Operation } from "../../ghl/catalog/operation.ts";
import { afterConfirmation } from "../confirm.ts";
import type { OperationContext } from "../context.ts";
import type { ToolFailure } from "../failure.ts";
import { findAffected } from "../operations/affected.ts";
import { type CheckedCall, checkCall } from "../operations/check-call.ts";
import { chooseOperation, toOperationReach } from "../operations/choose-operation.ts";
import { describeRequest } from "../operations/describe-request.ts";
import { OPERATION_FIELDS } from "../operations/operation-fields.ts";
import { describePlace } from "../operations/where.ts";
import { ROOMY, slimRecord } from "../shape/slim.ts";
import { shapeAnswer } from "../shape/shape-answer.ts";
import { type ToolOutput, defineTool } from "../tool.ts";

/** Runs any operation that deletes, reaches people, moves money, publishes or changes in bulk. */
export const criticalOperation = defineTool({
  name: "critical_operation",
  title: "Critical operation",
  description:
    "Run an operation of class critical: deletes, messages, money, publishing, bulk. First shows a preview for the person to confirm.",
  access: "critical",
  area: undefined,
  sets: ["core"],
  target: "operation",
  reach: toOperationReach,
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: true,
  },
  input: z.strictObject({
    ...OPERATION_FIELDS,
    confirm: z.string().max(64).optional().describe("Code from the preview"),
  }),
  run: async ({ operation: id, confirm, ...given }, context) => {
    const operation = chooseOperation(id, "critical", context);
    if (!operation.ok) return operation;
    const checked = await checkCall(operation.value, given, context);
    if (!checked.ok) return checked;
    const { call, location } = checked.value;
    return afterConfirmation(
      {
        tool: "critical_operation",
        subject: { operation: operation.value.id, location, call },
        code: confirm,
        preview: () => preview(operation.value, checked.value, context),
        act: async () => {
          const answer = await context.callIn({ location, operation: operation.value.id }, call);
          return answer.ok
            ? ok({ status: "done", ...shapeAnswer(operation.value, answer.value, {}) })
            : answer;
        },
      },
      context,
    );
  },
});

async function preview(
  operation: Operation,
  checked: CheckedCall,
  context: OperationContext,
): Promise<Result<ToolOutput, ToolFailure>> {
  const affected = await findAffected(operation, checked, context);
  if (!affected.ok) return affected;
  return ok({
    action: `${operation.summary} (${operation.id})`,
    ...(await describePlace(checked.location, context)),
    affects: affected.value.records.map(({ as, id, name }) =>
      name === undefined ? `${as} ${id}` : `${name} (${as} ${id})`,
    ),
    count: affected.value.count,
    ...slimRecord(describeRequest(checked.request, checked.call.body), ROOMY),
  });
}
