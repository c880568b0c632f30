import type { ElicitRequestFormParams } from "@modelcontextprotocol/server";
import { type FixtureTool, NO_ARGUMENTS, toText } from "./fixture.ts";

type RequestedSchema = ElicitRequestFormParams["requestedSchema"];

const DEFAULTS: RequestedSchema = {
  type: "object",
  properties: {
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true },
  },
};

const toTitled = (count: number) =>
  ["First", "Second", "Third"]
    .slice(0, count)
    .map((word, index) => ({ const: `value${index + 1}`, title: `${word} Option` }));

/** The five ways of SEP-1330 to offer a choice. */
const ENUMS: RequestedSchema = {
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
    titledSingle: { type: "string", oneOf: toTitled(3) },
    legacyEnum: {
      type: "string",
      enum: ["opt1", "opt2", "opt3"],
      enumNames: ["Option One", "Option Two", "Option Three"],
    },
    untitledMulti: {
      type: "array",
      items: { type: "string", enum: ["option1", "option2", "option3"] },
    },
    titledMulti: { type: "array", items: { anyOf: toTitled(3) } },
  },
};

const elicitTool = (name: string, requestedSchema: RequestedSchema): FixtureTool => ({
  name,
  inputSchema: NO_ARGUMENTS,
  run: async ({ context }) => {
    const answer = await context.mcpReq.elicitInput({ message: "Please answer", requestedSchema });
    return toText(
      `Elicitation completed: action=${answer.action}, content=${JSON.stringify(answer.content)}`,
    );
  },
});

/** The tools that ask the client by a request of the server's own, which legacy sessions alone carry. */
export const SERVER_REQUEST_TOOLS: readonly FixtureTool[] = [
  {
    name: "test_sampling",
    inputSchema: {
      type: "object",
      properties: { prompt: { type: "string" } },
      required: ["prompt"],
    },
    run: async ({ args, context }) => {
      const answer = await context.mcpReq.requestSampling({
        messages: [{ role: "user", content: { type: "text", text: String(args["prompt"]) } }],
        maxTokens: 100,
      });
      return toText(`LLM response: ${JSON.stringify(answer.content)}`);
    },
  },
  {
    name: "test_elicitation",
    inputSchema: {
      type: "object",
      properties: { message: { type: "string" } },
      required: ["message"],
    },
    run: async ({ args, context }) => {
      const answer = await context.mcpReq.elicitInput({
        message: String(args["message"]),
        requestedSchema: {
          type: "object",
          properties: { username: { type: "string" }, email: { type: "string" } },
          required: ["username", "email"],
        },
      });
      return toText(`User response: ${JSON.stringify(answer)}`);
    },
  },
  elicitTool("test_elicitation_sep1034_defaults", DEFAULTS),
  elicitTool("test_elicitation_sep1330_enums", ENUMS),
];
