import { createAttackClient } from "../../test/support/attack-client.ts";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import type { Tenant } from "./tenant.ts";
import { callServer, type WireAnswer, type WireOptions } from "./wire.ts";

/** What a kind of request does; it gives the error that the server told, if any, and throws on a wrong answer. */
export type Action = (tenant: Tenant, round: number) => Promise<string | undefined>;

/** An answer that no fault excuses. */
class WrongAnswer extends Error {}

type Ask = readonly [name: string, given: Readonly<Record<string, unknown>>, expect?: string];

const checkText = (tenant: Tenant, text: string, expect: string | undefined): void => {
  const leaked = tenant.foreign.find((id) => text.includes(id));
  if (leaked !== undefined) throw new WrongAnswer(`data of another location: ${leaked} in ${text}`);
  if (expect !== undefined && !text.includes(expect)) {
    throw new WrongAnswer(`no ${expect} in ${text.slice(0, 600)}`);
  }
};

interface ToolResult {
  readonly isError?: boolean;
  readonly content?: readonly { readonly text?: string }[];
}

const judge = (tenant: Tenant, answer: WireAnswer, expect: string | undefined) => {
  if (answer.status !== 200) {
    throw new WrongAnswer(`status ${answer.status}: ${answer.text.slice(0, 600)}`);
  }
  // A message of an event stream has its prefix, a plain answer has none.
  const json = /^data: (\{.*)$/mu.exec(answer.text)?.[1] ?? answer.text;
  const { result } = JSON.parse(json) as { readonly result?: ToolResult };
  if (result === undefined) throw new WrongAnswer(`no result: ${answer.text.slice(0, 600)}`);
  if (result.isError === true) {
    checkText(tenant, answer.text, undefined);
    return checkRefusal(result.content?.[0]?.text ?? "");
  }
  checkText(tenant, answer.text, expect);
  return undefined;
};

/** What a call may end with while GoHighLevel fails, is slow or says that it is asked too often. */
const EXCUSED =
  /rate|later|busy|time|respond|reach|unavailable|answered|failed|GoHighLevel|connection/iu;

const checkRefusal = (text: string): string => {
  if (!EXCUSED.test(text) || /internal|bug in/iu.test(text)) {
    throw new WrongAnswer(`not an error of the allowed kinds: ${text.slice(0, 600)}`);
  }
  return text.slice(0, 120);
};

const tool =
  (toAsk: (contactId: string, round: number) => Ask, options: Partial<WireOptions> = {}): Action =>
  async (tenant, round) => {
    const { contacts } = tenant.place;
    const [name, given, expect] = toAsk(contacts[round % contacts.length] ?? "", round);
    const call = { method: "tools/call", params: { name, arguments: given } };
    const era = round % 2 === 0 ? "modern" : "legacy";
    const sent = { era, token: tenant.token, ...options } as const;
    return judge(tenant, await callServer(tenant.publicUrl, call, sent), expect);
  };

const getContact = (id: string): Ask => ["get_contact", { contact_id: id }, id];

const listTools: Action = async (tenant, round) => {
  const era = round % 2 === 0 ? "modern" : "legacy";
  const answer = await callServer(
    tenant.publicUrl,
    { method: "tools/list" },
    { era, token: tenant.token },
  );
  return judge(tenant, answer, '"read_operation"');
};

const cancel: Action = async (tenant, round) => {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), round % 12);
  try {
    await tool(getContact, { signal: stop.signal })(tenant, round);
  } catch (cause) {
    if (!stop.signal.aborted || cause instanceof WrongAnswer) throw cause;
  } finally {
    clearTimeout(timer);
  }
  return undefined;
};

/** Refreshing by turns: a second use of one refresh token would end its family. */
const refreshing = new WeakSet<Tenant>();

const refresh: Action = async (tenant) => {
  if (refreshing.has(tenant)) return undefined;
  refreshing.add(tenant);
  try {
    const answer = await tenant.client.refresh(tenant.refreshToken);
    const { access_token: token, refresh_token: next } = answer.json ?? {};
    if (answer.status !== 200 || typeof token !== "string" || typeof next !== "string") {
      throw new WrongAnswer(`refresh: ${answer.status} ${answer.text}`);
    }
    if (next === tenant.refreshToken) throw new WrongAnswer("a refresh did not rotate its token");
    tenant.token = token;
    tenant.refreshToken = next;
    return undefined;
  } finally {
    refreshing.delete(tenant);
  }
};

const overSse: Action = async (tenant, round) => {
  const client = new Client({ name: "soak", version: "1.0.0" });
  const headers = { authorization: `Bearer ${tenant.token}` };
  const transport = new SSEClientTransport(new URL(`${tenant.publicUrl}/sse`), {
    requestInit: { headers },
    eventSourceInit: {
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
    },
  });
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  try {
    const { contacts } = tenant.place;
    const id = contacts[round % contacts.length] ?? "";
    const result = await client.callTool({ name: "get_contact", arguments: { contact_id: id } });
    return judge(tenant, { status: 200, text: JSON.stringify({ result }) }, id);
  } finally {
    await client.close();
  }
};

const registerAnew: Action = async ({ publicUrl }) => {
  await createAttackClient({ publicUrl });
  return undefined;
};

/** Every kind of request, with how many there are of it among a hundred or so. */
export const ACTIONS: readonly (readonly [name: string, weight: number, action: Action])[] = [
  ["get_contact", 24, tool(getContact)],
  ["get_contact on a new connection", 6, tool(getContact, { isNewConnection: true })],
  [
    "get_contact with notes, tasks and appointments",
    5,
    tool((id) => [
      "get_contact",
      { contact_id: id, include: ["notes", "tasks", "appointments"] },
      id,
    ]),
  ],
  [
    "read_operation",
    12,
    tool((id) => [
      "read_operation",
      { operation: "contacts.get-contact", parameters: { contactId: id } },
      id,
    ]),
  ],
  ["search_contacts, 100 of them", 6, tool(() => ["search_contacts", { limit: 100 }, '"total"'])],
  [
    "update_contact",
    6,
    tool((id, round) => ["update_contact", { contact_id: id, city: `Town ${round}` }, id]),
  ],
  [
    "search_operations",
    8,
    tool(() => ["search_operations", { query: "list invoices" }, "invoices."]),
  ],
  ["tools/list", 8, listTools],
  ["a call that is cancelled", 8, cancel],
  ["a refresh", 4, refresh],
  ["a call over SSE", 4, overSse],
  ["a registration", 1, registerAnew],
];
