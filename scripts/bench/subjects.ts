import type { Child } from "../measure/child.ts";
import type { LoadJob } from "../measure/load.ts";
import { type Era, type McpCall, toMcpRequest } from "../measure/mcp-requests.ts";
import { CONTACT_IDS } from "./contact.ts";
import type { BenchTool, World } from "./world.ts";

/** One server as one kind of client uses it. */
export interface Subject {
  readonly name: string;
  open(world: World, tool: BenchTool): Promise<OpenSubject>;
}

/** A subject that runs. */
export interface OpenSubject {
  readonly child: Child;
  readonly publicUrl: string;
  /** The calls of the tool. */
  readonly requests: LoadJob["requests"];
}

const ARGUMENTS: Readonly<Record<BenchTool, (id: string) => Readonly<Record<string, unknown>>>> = {
  get_contact: (id) => ({ contact_id: id }),
  read_operation: (id) => ({
    operation: "contacts.get-contact",
    parameters: { contactId: id },
  }),
};

const toCall = (tool: BenchTool, id: string): McpCall => ({
  method: "tools/call",
  params: { name: tool, arguments: ARGUMENTS[tool](id) },
});

const toRequests = (
  tool: BenchTool,
  client: { readonly era: Era; readonly token: string },
): LoadJob["requests"] => CONTACT_IDS.map((id) => toRequest(tool, { ...client, contactId: id }));

/** A call of a tool for one contact. */
export const toRequest = (
  tool: BenchTool,
  {
    contactId,
    ...client
  }: { readonly era: Era; readonly token: string; readonly contactId: string },
): LoadJob["requests"][number] => ({
  ...toMcpRequest(toCall(tool, contactId), client),
  expect: [contactId, "Maria"],
});

const own = (name: string, era: Era): Subject => ({
  name,
  open: async (world, tool) => {
    const server = await world.server();
    return { ...server, requests: toRequests(tool, { era, token: server.token }) };
  },
});

const other = (name: string, kind: "floor" | "sdk"): Subject => ({
  name,
  open: async (world, tool) => ({
    ...(await world.other(kind, tool)),
    requests: toRequests(tool, { era: "modern", token: "none" }),
  }),
});

/** What is compared: the first is the floor, to which the others are put in relation. */
export const SUBJECTS = {
  floor: other("bare proxy", "floor"),
  modern: own("ghl-mcp, 2026-07-28", "modern"),
  legacy: own("ghl-mcp, 2025-06-18", "legacy"),
  sdk: other("SDK handler", "sdk"),
} as const satisfies Readonly<Record<string, Subject>>;
