import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import type { RunningApp } from "../support/running-app.ts";

/** How a client is told to confirm what is critical. */
export type Confirmation = "by code" | "by asking";

/** What a tool answered, as the model reads it. */
export interface Answer {
  readonly data: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly isError: boolean;
}

/** One tool call, and what it put through the context of the model. */
export interface Step {
  readonly tool: string;
  readonly tokens: number;
}

/** The tool calls of one assistant over one connection. */
export interface Session {
  /** Calls a tool; an error of the tool fails the test. */
  call(tool: string, args?: Readonly<Record<string, unknown>>): Promise<Answer>;
  /** Calls a tool that may answer with an error. */
  attempt(tool: string, args?: Readonly<Record<string, unknown>>): Promise<Answer>;
  readonly steps: readonly Step[];
  /** What the person was asked, where the client can ask. */
  readonly questions: readonly string[];
  /** What tools/list costs this session, once. */
  readonly listTokens: number;
  close(): Promise<void>;
}

/**
 * Connects an SDK client with the token of a grant. Counted (o200k) is what stands in the context of the
 * model: name and arguments of each call as JSON, and the text of each result. What the person is asked by
 * the client does not pass the model, and is not counted.
 */
export async function openSession(
  { mcpUrl }: RunningApp,
  token: string,
  confirmation: Confirmation,
): Promise<Session> {
  const steps: Step[] = [];
  const questions: string[] = [];
  const client = new Client(
    { name: "transcript", version: "1.0.0" },
    {
      versionNegotiation: { mode: "auto" },
      ...(confirmation === "by asking" ? { capabilities: { elicitation: { form: {} } } } : {}),
    },
  );
  if (confirmation === "by asking") {
    client.setRequestHandler("elicitation/create", async ({ params }) => {
      questions.push(params.message);
      return { action: "accept", content: { confirm: true } };
    });
  }
  await client.connect(
    new StreamableHTTPClientTransport(mcpUrl, {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  const { tools } = await client.listTools();
  const attempt: Session["attempt"] = async (tool, args = {}) => {
    const result = await client.callTool({ name: tool, arguments: { ...args } });
    const [content] = result.content;
    const text = content?.type === "text" ? content.text : "";
    const asked = JSON.stringify({ name: tool, arguments: args });
    steps.push({ tool, tokens: countTokens(asked) + countTokens(text) });
    return {
      data: (result.structuredContent ?? {}) as Record<string, unknown>,
      text,
      isError: result.isError === true,
    };
  };
  return {
    attempt,
    call: async (tool, args = {}) => {
      const answer = await attempt(tool, args);
      if (answer.isError) throw new Error(`${tool} ${JSON.stringify(args)}: ${answer.text}`);
      return answer;
    },
    steps,
    questions,
    listTokens: countTokens(JSON.stringify({ tools })),
    close: () => client.close(),
  };
}
