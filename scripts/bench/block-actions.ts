import { type KeyObject, sign } from "node:crypto";
import { toAppId } from "../../src/upstream/endpoints.ts";
import { toMcpRequest } from "../measure/mcp-requests.ts";
import type { BlockKeys } from "./fill-blocks.ts";

/** The server and what is needed to ask it things. */
export interface BlockTarget extends BlockKeys {
  readonly publicUrl: string;
  /** Of a grant on one location. */
  readonly token: string;
  readonly clientId: string;
  readonly webhookKey: KeyObject;
}

/** One thing that is asked of the server; throws where the answer is another than it should be. */
export interface BlockAction {
  readonly name: string;
  run(target: BlockTarget): Promise<void>;
}

const ask = async (
  { publicUrl }: BlockTarget,
  request: {
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  },
  expected: string,
): Promise<void> => {
  const answer = await fetch(`${publicUrl}${request.path}`, {
    headers: request.headers,
    ...(request.body !== undefined && { method: "POST", body: request.body }),
  });
  const text = await answer.text();
  if (answer.status !== 200 || !text.includes(expected)) {
    throw new Error(`${request.path} answered ${answer.status}: ${text.slice(0, 400)}`);
  }
};

const mcp = (
  name: string,
  asked: {
    readonly method: string;
    readonly params?: Readonly<Record<string, unknown>>;
    readonly by?: "agency";
    readonly expected: string;
  },
): BlockAction => ({
  name,
  run: (target) => {
    const token = asked.by === "agency" ? target.agencyToken : target.token;
    const request = toMcpRequest(asked, { era: "modern", token });
    return ask(target, request, asked.expected);
  },
});

const call = (
  name: string,
  tool: string,
  {
    by,
    expected,
    ...given
  }: {
    readonly arguments: Readonly<Record<string, unknown>>;
    readonly by?: "agency";
    readonly expected: string;
  },
): BlockAction =>
  mcp(name, {
    method: "tools/call",
    params: { name: tool, ...given },
    expected,
    ...(by !== undefined && { by }),
  });

const page = (name: string, path: string, expected: string): BlockAction => ({
  name,
  run: (target) => ask(target, { path, headers: { cookie: target.cookie } }, expected),
});

const webhook = (name: string, event: Readonly<Record<string, string>>): BlockAction => ({
  name,
  run: async (target) => {
    const body = JSON.stringify({
      ...event,
      appId: toAppId(target.clientId),
      timestamp: new Date().toISOString(),
      webhookId: crypto.randomUUID(),
    });
    const signature = sign(undefined, Buffer.from(body), target.webhookKey).toString("base64");
    const headers = { "content-type": "application/json", "x-ghl-signature": signature };
    await ask(target, { path: "/webhooks/ghl", headers, body }, "received");
  },
});

/** What is asked of a server in this order: what a client or a person asks first stands first. */
export const BLOCK_ACTIONS: readonly BlockAction[] = [
  mcp("tools/list", { method: "tools/list", expected: "search_operations" }),
  mcp("tools/list of another grant", {
    method: "tools/list",
    by: "agency",
    expected: "critical_operation",
  }),
  mcp("resources/list", { method: "resources/list", expected: "resources" }),
  mcp("prompts/list", { method: "prompts/list", expected: "daily" }),
  call("get_contact", "get_contact", { arguments: { contact_id: "1" }, expected: "Maria" }),
  call("search_operations", "search_operations", {
    arguments: { query: "send an invoice to a contact" },
    expected: "invoices.",
  }),
  call("describe_operation", "describe_operation", {
    arguments: { operation: "invoices.create-invoice" },
    expected: "run_with",
  }),
  call("search_contacts: 100 of 1.7 KB", "search_contacts", {
    arguments: { limit: 100 },
    expected: "next_cursor",
  }),
  call("read_operation: a list of 3,000 contacts, 5 MB", "read_operation", {
    arguments: { operation: "contacts.get-contacts", parameters: { limit: 100 } },
    expected: "contacts",
  }),
  call("the same, packed", "read_operation", {
    arguments: { operation: "contacts.get-contacts", parameters: { query: "packed" } },
    expected: "contacts",
  }),
  call("read_operation: an answer of 55,000 tags, 5 MB", "read_operation", {
    arguments: { operation: "locations.get-location-tags" },
    expected: "tag number 1",
  }),
  call("the same, two fields of each", "read_operation", {
    arguments: { operation: "locations.get-location-tags", fields: ["name", "colour"] },
    expected: "colour",
  }),
  call("read_operation over 200 locations", "read_operation", {
    arguments: { operation: "calendars.get-calendars", locations: ["all"] },
    by: "agency",
    expected: '"locations":200',
  }),
  call("write_operation: a file of 2.9 MB in base64", "write_operation", {
    arguments: {
      operation: "medias.upload-media-content",
      body: { file: { base64: Buffer.alloc(2_900_000, 7).toString("base64"), fileName: "a.bin" } },
    },
    expected: "fileId",
  }),
  {
    name: "a body of 4 MB of numbers, refused",
    run: async (target) => {
      const body = `{"jsonrpc":"2.0","id":1,"method":"x","params":[${"1,".repeat(2_000_000)}1]}`;
      const { headers } = toMcpRequest({ method: "x" }, { era: "modern", token: target.token });
      const { status } = await fetch(`${target.publicUrl}/mcp`, { method: "POST", headers, body });
      if (status !== 400) throw new Error(`a body of 4 MB was answered with ${status}`);
    },
  },
  page("connections page, all accounts of a person", "/connections", "<html"),
  page("activity page, 10,000 events of others", "/activity", "<html"),
  page("usage page, an agency's month", "/usage?span=month", "<html"),
  page("grants page", "/grants", "<html"),
  webhook("webhook: a location was renamed", {
    type: "LocationUpdate",
    companyId: "vaultCompany00000000",
    locationId: "vault000000000000001",
  }),
  webhook("webhook: an unknown location uninstalled", {
    type: "UNINSTALL",
    locationId: "unknown0000000000000",
  }),
];
