import type {
  CallToolResult,
  InputRequiredResult,
  Server,
  ServerContext,
  ServerEventBus,
  Tool,
} from "@modelcontextprotocol/server";
import type { RequestStateCodec } from "@modelcontextprotocol/server";

/** What a fixture's handler works with. */
export interface FixtureContext {
  readonly server: Server;
  readonly context: ServerContext;
  readonly args: Readonly<Record<string, unknown>>;
  readonly bus: ServerEventBus;
  readonly state: RequestStateCodec<string>;
}

/** A tool that the conformance suite looks for by its name. */
export interface FixtureTool extends Pick<Tool, "name" | "inputSchema"> {
  readonly run: (
    given: FixtureContext,
  ) => Promise<CallToolResult | InputRequiredResult> | CallToolResult | InputRequiredResult;
}

/** The schema of a tool without arguments. */
export const NO_ARGUMENTS = { type: "object", properties: {} } as const;

/** A result of one text. */
export const toText = (text: string): CallToolResult => ({ content: [{ type: "text", text }] });

/** Waits: the suite's descriptions ask for time between two notifications. */
export const pause = async (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
