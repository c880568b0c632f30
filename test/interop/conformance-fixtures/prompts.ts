import {
  acceptedContent,
  type GetPromptResult,
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { RED_PIXEL_PNG } from "./media.ts";

type Content = GetPromptResult["messages"][number]["content"];

const toMessages = (...contents: readonly Content[]): GetPromptResult => ({
  messages: contents.map((content) => ({ role: "user", content })),
});
const toTextContent = (text: string): Content => ({ type: "text", text });

const PROMPTS: Readonly<
  Record<
    string,
    { readonly args: readonly string[]; get(args: Readonly<Record<string, string>>): Content[] }
  >
> = {
  test_simple_prompt: {
    args: [],
    get: () => [toTextContent("This is a simple prompt for testing.")],
  },
  test_prompt_with_arguments: {
    args: ["arg1", "arg2"],
    get: ({ arg1, arg2 }) => [
      toTextContent(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`),
    ],
  },
  test_prompt_with_embedded_resource: {
    args: ["resourceUri"],
    get: ({ resourceUri = "" }) => [
      {
        type: "resource",
        resource: {
          uri: resourceUri,
          mimeType: "text/plain",
          text: "Embedded resource content for testing.",
        },
      },
      toTextContent("Please process the embedded resource above."),
    ],
  },
  test_prompt_with_image: {
    args: [],
    get: () => [
      { type: "image", data: RED_PIXEL_PNG, mimeType: "image/png" },
      toTextContent("Please analyze the image above."),
    ],
  },
};

const INPUT_PROMPT = "test_input_required_result_prompt";
const CONTEXT = z.object({ context: z.string() });

/** Serves the suite's prompts, the one that asks back included. */
export const servePrompts = (server: Server): void => {
  server.setRequestHandler("prompts/list", () => ({
    prompts: [
      ...Object.entries(PROMPTS).map(([name, { args }]) => ({
        name,
        description: `fixture ${name}`,
        arguments: args.map((argument) => ({ name: argument, required: true })),
      })),
      { name: INPUT_PROMPT, description: "fixture that asks back" },
    ],
  }));
  server.setRequestHandler("prompts/get", ({ params }, { mcpReq }) => {
    if (params.name === INPUT_PROMPT) {
      const answer = acceptedContent(mcpReq.inputResponses, "user_context", CONTEXT);
      return answer === undefined
        ? inputRequired({
            inputRequests: {
              user_context: inputRequired.elicit({
                message: "What context should the prompt use?",
                requestedSchema: CONTEXT,
              }),
            },
          })
        : toMessages(toTextContent(`Use this context: ${answer.context}`));
    }
    const prompt = PROMPTS[params.name];
    if (prompt === undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, "there is no such prompt");
    }
    return toMessages(...prompt.get(params.arguments ?? {}));
  });
};
