import { createAttackClient } from "../../test/support/attack-client.ts";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { judgeAnswer, type Verdict, WrongAnswer } from "./judge-answer.ts";
import type { Place } from "./sandbox-process.ts";
import type { Tenant, TenantKind } from "./tenant.ts";
import { callServer, type WireOptions } from "./wire.ts";

/** What a kind of request does; it gives the kinds of the errors told, and throws on a wrong answer. */
export type Action = (tenant: Tenant, round: number) => Promise<readonly string[]>;

/** A tool, its arguments, and what a good answer holds. */
interface Ask {
  readonly name: string;
  readonly given?: Readonly<Record<string, unknown>>;
  readonly expect: readonly string[];
}

/** One contact of the tenant, by turns. */
interface Turn {
  readonly tenant: Tenant;
  readonly place: Place;
  readonly id: string;
  readonly round: number;
}

const toTurn = (tenant: Tenant, round: number): Turn => {
  const place = tenant.places[round % tenant.places.length];
  const id = place?.contacts[round % place.contacts.length];
  if (place === undefined || id === undefined) throw new Error(`${tenant.name} has no contacts`);
  return { tenant, place, id, round };
};

const toEra = (round: number) => (round % 2 === 0 ? "modern" : "legacy");

const send = async (
  { tenant, round }: Pick<Turn, "tenant" | "round">,
  { name, given = {}, expect }: Ask,
  options: Partial<WireOptions> = {},
): Promise<Verdict> => {
  const call = { method: "tools/call", params: { name, arguments: given } };
  const sent = { era: toEra(round), token: tenant.token, ...options } as const;
  return judgeAnswer(tenant, await callServer(tenant.publicUrl, call, sent), expect);
};

const tool =
  (toAsk: (turn: Turn) => Ask, options: Partial<WireOptions> = {}): Action =>
  async (tenant, round) => {
    const turn = toTurn(tenant, round);
    return (await send(turn, toAsk(turn), options)).told;
  };

const getContact = ({ id }: Pick<Turn, "id">): Ask => ({
  name: "get_contact",
  given: { contact_id: id },
  expect: [id],
});

const listTools: Action = async (tenant, round) => {
  const sent = { era: toEra(round), token: tenant.token } as const;
  const answer = await callServer(tenant.publicUrl, { method: "tools/list" }, sent);
  return judgeAnswer(tenant, answer, ['"read_operation"']).told;
};

const cancel: Action = async (tenant, round) => {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), round % 12);
  try {
    return await tool(getContact, { signal: stop.signal })(tenant, round);
  } catch (cause) {
    if (!stop.signal.aborted || cause instanceof WrongAnswer) throw cause;
    return [];
  } finally {
    clearTimeout(timer);
  }
};

/** Runs by turns what must not overlap itself: a turn that finds another under way does nothing. */
const oneAtATime = (toKey: (turn: Turn) => unknown, action: Action): Action => {
  const underWay = new Set<unknown>();
  return async (tenant, round) => {
    const key = toKey(toTurn(tenant, round));
    if (underWay.has(key)) return [];
    underWay.add(key);
    try {
      return await action(tenant, round);
    } finally {
      underWay.delete(key);
    }
  };
};

/** A second use of one refresh token would end its family. */
const refresh = oneAtATime(
  ({ tenant }) => tenant,
  async (tenant) => {
    const answer = await tenant.client.refresh(tenant.refreshToken);
    const { access_token: token, refresh_token: next } = answer.json ?? {};
    if (answer.status !== 200 || typeof token !== "string" || typeof next !== "string") {
      throw new WrongAnswer(`refresh: ${answer.status} ${answer.text}`);
    }
    if (next === tenant.refreshToken) throw new WrongAnswer("a refresh did not rotate its token");
    tenant.token = token;
    tenant.refreshToken = next;
    return [];
  },
);

/** A change, and the look whether it is there: two changes of one contact would mix them up. */
const changeAndLook = oneAtATime(
  ({ id }) => id,
  async (tenant, round) => {
    const turn = toTurn(tenant, round);
    const city = `Town ${round}`;
    const change = { contact_id: turn.id, city, do_not_disturb: round % 3 === 0 };
    const changed = await send(turn, { name: "update_contact", given: change, expect: [turn.id] });
    // Nobody knows what became of a change that failed.
    if (changed.told.length > 0) return changed.told;
    const { expect, ...rest } = getContact(turn);
    return (await send(turn, { ...rest, expect: [...expect, city] })).told;
  },
);

/** Searches by a name, as ChatGPT does, and reads the first record found. */
const searchAndFetch: Action = async (tenant, round) => {
  const path = "/mcp?tools=chatgpt";
  const turn = toTurn(tenant, round);
  const found = await send(
    turn,
    { name: "search", given: { query: "Maria" }, expect: ['"id"'] },
    { path },
  );
  if (found.told.length > 0) return found.told;
  const { results } = found.value as { readonly results: readonly { readonly id: string }[] };
  const id = results[round % results.length]?.id ?? "";
  return (await send(turn, { name: "fetch", given: { id }, expect: [id] }, { path })).told;
};

/** Every location has rows, or is told to have failed. */
const readAllLocations: Action = async (tenant, round) => {
  const { told, value } = await send(toTurn(tenant, round), {
    name: "read_operation",
    given: {
      operation: "contacts.get-contacts",
      parameters: { limit: 5 },
      fields: ["id", "contactName"],
      locations: ["all"],
    },
    expect: [],
  });
  if (value === undefined) return told;
  type Rows = readonly { readonly location: string }[];
  const { contacts = [], failed = [] } = value as { contacts?: Rows; failed?: Rows };
  const seen = new Set([...contacts, ...failed].map(({ location }) => location));
  if (seen.size !== tenant.places.length) {
    throw new WrongAnswer(`not every location: ${JSON.stringify(value).slice(0, 600)}`);
  }
  return told;
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
    const { name, given = {}, expect } = getContact(toTurn(tenant, round));
    const result = await client.callTool({ name, arguments: given });
    return judgeAnswer(tenant, { status: 200, text: JSON.stringify({ result }) }, expect).told;
  } finally {
    await client.close();
  }
};

const registerAnew: Action = async ({ publicUrl }) => {
  await createAttackClient({ publicUrl });
  return [];
};

/** A kind of request. */
export interface ActionKind {
  readonly name: string;
  /** How many there are of it among a hundred or so. */
  readonly weight: number;
  readonly by: TenantKind;
  readonly action: Action;
}

const kind = (name: string, weight: number, action: Action): ActionKind => ({
  name,
  weight,
  by: "location",
  action,
});

/** Every kind of request. */
export const ACTIONS: readonly ActionKind[] = [
  kind("get_contact", 22, tool(getContact)),
  kind("get_contact on a new connection", 6, tool(getContact, { isNewConnection: true })),
  kind(
    "get_contact with notes, tasks and appointments",
    5,
    tool(({ id }) => ({
      name: "get_contact",
      given: { contact_id: id, include: ["notes", "tasks", "appointments"] },
      expect: [id, '"notes"', '"tasks"', '"appointments"'],
    })),
  ),
  kind(
    "read_operation",
    12,
    tool(({ id }) => ({
      name: "read_operation",
      given: { operation: "contacts.get-contact", parameters: { contactId: id } },
      expect: [id],
    })),
  ),
  kind(
    "search_contacts, 100 of them",
    5,
    tool(() => ({ name: "search_contacts", given: { limit: 100 }, expect: ['"total"'] })),
  ),
  kind(
    "get_opportunities",
    4,
    tool(() => ({ name: "get_opportunities", given: { limit: 20 }, expect: ['"pipeline"'] })),
  ),
  kind("search and fetch", 3, searchAndFetch),
  kind("update_contact, then get_contact", 5, changeAndLook),
  kind(
    "create_contact",
    2,
    tool(({ tenant, round }) => {
      const email = `soak-${round}-${tenant.name.toLowerCase()}@example.net`;
      return { name: "create_contact", given: { first_name: "Soak", email }, expect: [email] };
    }),
  ),
  kind(
    "write_operation, a note",
    3,
    tool(({ id, round }) => ({
      name: "write_operation",
      given: {
        operation: "contacts.create-note",
        parameters: { contactId: id },
        body: { body: `Note ${round}` },
      },
      expect: [`Note ${round}`],
    })),
  ),
  kind(
    "search_operations",
    7,
    tool(() => ({
      name: "search_operations",
      given: { query: "list invoices" },
      expect: ["invoices."],
    })),
  ),
  kind("tools/list", 8, listTools),
  kind("a call that is cancelled", 7, cancel),
  kind("a refresh", 4, refresh),
  kind("a call over SSE", 4, overSse),
  kind("a registration", 1, registerAnew),
  { ...kind("read_operation in all locations", 3, readAllLocations), by: "agency" },
  {
    ...kind(
      "get_contact through the agency",
      3,
      tool(({ id, place }) => ({
        name: "get_contact",
        given: { contact_id: id, location: place.id },
        expect: [id],
      })),
    ),
    by: "agency",
  },
];
