import { z } from "zod";
import { fail, ok } from "../../../src/core/result.ts";
import { isRecord, toRecords } from "../../../src/mcp/record.ts";
import { defineTool } from "../../../src/mcp/tool.ts";

/** The workflows of a location, to choose one by name. */
export const listWorkflows = defineTool({
  name: "list_workflows",
  title: "List workflows",
  description: "The workflows (automations) of a location.",
  access: "read",
  area: "automation",
  target: "location",
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  input: z.strictObject({ status: z.enum(["draft", "published"]).optional() }),
  run: async ({ status }, context) => {
    const answer = await context.call("workflows.get-workflow");
    if (!answer.ok) return answer;
    if (!isRecord(answer.value)) return fail({ kind: "malformed_answer", status: 200 });
    const workflows = toRecords(answer.value["workflows"]);
    const wanted = workflows.filter((one) => status === undefined || one["status"] === status);
    return ok({ workflows: wanted.map(({ id, name }) => ({ id, name })) });
  },
});
