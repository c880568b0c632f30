import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";

import { toConnectionId, toLocationId, toOperationId } from "../../src/core/ids.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { ok } from "../../src/core/result.ts";
import { toSecret } from "../../src/core/secret.ts";
import { createGhlClient, type GhlApiClient } from "../../src/ghl/client.ts";
import {
  findPagination,
  listPaginations,
  type Pagination,
} from "../../src/ghl/catalog/overlays/pagination.ts";
import { createHttpClient } from "../../src/net/undici-http-client.ts";
import { createScaledClock } from "../unit/ghl/scaled-clock.ts";

const COUNT = 1_000;
const IDS = Array.from({ length: COUNT }, (_, index) => `r${index}`);

/** The paging values of a request, from the query or the body, as the stand-in reads them. */
type Given = Readonly<Record<string, unknown>>;
type Style = (given: Given) => unknown;

const slice = (from: number, size: unknown, cap = 100): { id: string; at: number }[] =>
  IDS.slice(from, from + Math.min(Number(size), cap)).map((id, index) => ({
    id,
    at: from + index + 1,
  }));
const after = (id: unknown): number =>
  typeof id === "string" && id !== "" ? IDS.indexOf(id) + 1 : 0;

/** Each style of §4.9 as a server has it, without any help from the client's own tables. */
const STYLES: Readonly<Record<string, { readonly call?: object; readonly answer: Style }>> = {
  "locations.search-locations": {
    answer: ({ skip, limit }) => ({ locations: slice(Number(skip), limit) }),
  },
  "payments.list-orders": {
    // Caps the size below what is asked for, and tells the total.
    answer: ({ offset, limit }) => ({ data: slice(Number(offset), limit, 15), totalCount: COUNT }),
  },
  "invoices.list-invoices": {
    answer: ({ offset, limit }) => ({ invoices: slice(Number(offset), limit), total: COUNT }),
  },
  "locations.task-search": {
    answer: ({ skip, limit }) => ({ tasks: slice(Number(skip), limit) }),
  },
  "forms.get-forms-submissions": {
    answer: ({ page, limit }) => ({
      submissions: slice((Number(page) - 1) * Number(limit), limit),
      meta: { total: COUNT },
    }),
  },
  "voice-ai.get-agents": {
    answer: ({ page, pageSize }) => ({
      agents: slice((Number(page) - 1) * Number(pageSize), pageSize),
    }),
  },
  "saas-api.get-saas-locations": {
    call: { parameters: { companyId: "comp-1" } },
    answer: ({ page }) => ({ locations: slice((Number(page) - 1) * 25, 25) }),
  },
  "contacts.get-contacts": {
    answer: ({ startAfterId, startAfter, limit }) => {
      const from = after(startAfterId);
      if (startAfterId !== undefined && Number(startAfter) !== from) return { contacts: [] };
      const contacts = slice(from, limit);
      const last = contacts.at(-1);
      return { contacts, meta: { startAfter: last?.at, startAfterId: last?.id } };
    },
  },
  "conversations.search-conversation": {
    answer: ({ startAfterDate, limit }) => ({
      conversations: slice(Number(startAfterDate ?? 0), limit).map(({ id, at }) => ({
        id,
        sort: [at],
      })),
      total: COUNT,
    }),
  },
  "conversations.get-messages": {
    call: { parameters: { conversationId: "conv-1" } },
    answer: ({ lastMessageId, limit }) => {
      const messages = slice(after(lastMessageId), limit);
      const last = messages.at(-1);
      const nextPage = last !== undefined && last.at < COUNT;
      return { messages: { lastMessageId: last?.id, nextPage, messages } };
    },
  },
  "conversations.export-messages-by-location": {
    answer: ({ cursor, limit }) => {
      const messages = slice(Number(cursor ?? 0), limit);
      const at = messages.at(-1)?.at;
      return { messages, nextCursor: at === COUNT ? null : String(at), total: messages.length };
    },
  },
  "contacts.search-contacts-advanced": {
    answer: ({ searchAfter, page, pageLimit }) =>
      searchAfter !== undefined && page !== undefined
        ? { contacts: [] }
        : {
            contacts: slice(Array.isArray(searchAfter) ? Number(searchAfter[0]) : 0, pageLimit).map(
              ({ id, at }) => ({ id, searchAfter: [at, id] }),
            ),
            total: COUNT,
          },
  },
  "opportunities.search-opportunities-advanced": {
    // Gives no key, so that only the page leads on.
    answer: ({ page, limit }) => ({
      opportunities: slice((Number(page) - 1) * Number(limit), limit),
    }),
  },
  "oauth.get-installed-location-v3": {
    call: { parameters: { appId: "app-1", companyId: "comp-1" } },
    answer: ({ pageToken, pageSize }) => {
      const items = slice(Number(pageToken ?? 0), pageSize);
      const at = items.at(-1)?.at ?? COUNT;
      return {
        items,
        pagination: { hasNextPage: at < COUNT, nextPageToken: at < COUNT ? String(at) : "" },
      };
    },
  },
  "opportunities.search-opportunity": {
    answer: ({ startAfterId, startAfter, limit }) => {
      const from = after(startAfterId);
      if (startAfterId !== undefined && Number(startAfter) !== from) return { opportunities: [] };
      const opportunities = slice(from, limit);
      const last = opportunities.at(-1);
      return {
        opportunities,
        meta: { total: COUNT, startAfter: last?.at, startAfterId: last?.id },
      };
    },
  },
  "social-media-posting.get-posts": {
    call: { body: { fromDate: "a", toDate: "b", includeUsers: "true" } },
    // Wants its numbers as strings.
    answer: ({ skip, limit }) => ({
      results: {
        posts: typeof skip === "string" ? slice(Number(skip), limit) : [],
        count: COUNT,
      },
    }),
  },
  "objects.search-object-records": {
    call: { parameters: { schemaKey: "business" } },
    answer: ({ searchAfter, pageLimit }) => ({
      records: slice(Array.isArray(searchAfter) ? Number(searchAfter[0]) : 0, pageLimit).map(
        ({ id, at }) => ({ id, searchAfter: [at, id] }),
      ),
      total: COUNT,
    }),
  },
  "conversation-ai.search-agent": {
    answer: ({ startAfter, limit }) => ({
      agents: slice(after(startAfter), limit),
      totalCount: COUNT,
    }),
  },
  "knowledge-base.list": {
    call: { parameters: { knowledgeBaseId: "kb-1" } },
    answer: ({ lastFaqId, limit }) => {
      const faqs = slice(after(lastFaqId), limit);
      const last = faqs.at(-1);
      return { faqs, lastFaqId: last?.id, hasMore: (last?.at ?? COUNT) < COUNT };
    },
  },
  "knowledge-base.listAllKnowledgeBasesPaginated": {
    answer: ({ lastKnowledgeBaseId, limit }) => {
      const knowledgeBases = slice(after(lastKnowledgeBaseId), limit);
      const last = knowledgeBases.at(-1);
      const hasMore = (last?.at ?? COUNT) < COUNT;
      return { data: { knowledgeBases, lastKnowledgeBaseId: last?.id, hasMore } };
    },
  },
  "snapshots.get-snapshot-push": {
    call: { parameters: { snapshotId: "snap-1", companyId: "comp-1", from: "a", to: "b" } },
    answer: ({ lastDoc, limit }) => ({ data: slice(after(lastDoc), limit) }),
  },
};

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const readGiven = async (request: IncomingMessage): Promise<Given> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const { searchParams } = new URL(request.url ?? "/", "http://stand.in");
  return {
    ...Object.fromEntries(searchParams),
    ...(text === "" ? {} : (JSON.parse(text) as Given)),
  };
};

/** These requests are told to wait, the second time twice in a row. */
const REFUSED = [3, 8, 9];

/** Answers in a style; some requests are told 429, the fifth is cut, the seventh cut midway. */
const start = async (answer: Style): Promise<{ client: GhlApiClient; count: () => number }> => {
  let count = 0;
  const server = createServer((request, response) => {
    void readGiven(request).then((given) => {
      count += 1;
      if (count === 5) return request.socket.destroy();
      const refused = REFUSED.includes(count);
      const text = JSON.stringify(refused ? { message: "Too Many Requests" } : answer(given));
      response.writeHead(refused ? 429 : 200, {
        "content-type": "application/json",
        ...(refused ? { "retry-after": "1" } : { "content-length": Buffer.byteLength(text) }),
      });
      if (count === 7) {
        response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
        return response;
      }
      return response.end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const http = createHttpClient();
  cleanups.push(async () => {
    await http.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const token = ok({ token: toSecret("t"), kind: "oauth" as const });
  const client = createGhlClient({
    apiBaseUrl: `http://127.0.0.1:${port}`,
    tokens: {
      getToken: () => Promise.resolve(token),
      replaceToken: () => Promise.resolve(token),
    },
    http,
    clock: createScaledClock(Date.now(), 20),
    log: silentLogger,
  });
  return { client, count: () => count };
};

const listIds = async (
  client: GhlApiClient,
  operation: string,
  options: { readonly call?: object; readonly paging?: object } = {},
): Promise<unknown[]> => {
  const ids: unknown[] = [];
  const call = {
    operation: toOperationId(operation),
    connectionId: toConnectionId("conn-1"),
    ...(/^saas|^oauth|^snap/u.test(operation) ? {} : { locationId: toLocationId("loc-1") }),
    ...options.call,
  };
  for await (const item of client.paginate(call, options.paging)) {
    if (!item.ok) throw new Error(`${operation}: ${JSON.stringify(item.failure)}`);
    ids.push((item.value.record as { readonly id: string }).id);
  }
  return ids;
};

/** What tells one way of paging from another: the style, its place, and the parameters it moves by. */
const toWay = (pagination: Pagination): string => {
  const { style, in: place } = pagination;
  const names = "name" in pagination ? [pagination.name] : Object.keys(toNext(pagination));
  return [style, place, ...names].join(" ");
};

const toNext = (pagination: Pagination): object => ("next" in pagination ? pagination.next : {});

describe("1,000 records through 429s and two cut connections", () => {
  it("are asked for in every way of paging that the table knows", () => {
    const ways = listPaginations()
      .filter(([, { style }]) => style !== "single")
      .map(([, pagination]) => toWay(pagination));
    const tried = Object.keys(STYLES).map((id) => {
      const pagination = findPagination(id);
      if (pagination === undefined) throw new Error(id);
      return toWay(pagination);
    });
    expect(new Set(tried)).toEqual(new Set(ways));
    expect(new Set(ways).size).toBe(14);
  });

  it.each(Object.keys(STYLES))("come once each from %s", async (operation) => {
    const style = STYLES[operation];
    if (style === undefined) throw new Error(operation);
    const { client, count } = await start(style.answer);
    expect(await listIds(client, operation, style)).toEqual(IDS);
    expect(count()).toBeGreaterThan(10);
  });
});

describe("a listing", () => {
  it("stops at the most records and the most pages, and asks for no more", async () => {
    const { client, count } = await start(({ skip, limit }) => ({
      locations: slice(Number(skip), limit),
    }));
    const search = (paging: object) => listIds(client, "locations.search-locations", { paging });
    expect(await search({ maxRecords: 7 })).toEqual(IDS.slice(0, 7));
    expect(count()).toBe(1);
    expect(await search({ maxPages: 1, pageSize: 3 })).toEqual(IDS.slice(0, 3));
    expect(count()).toBe(2);
  });

  it("goes on from the cursor of a page", async () => {
    const { client } = await start(({ skip, limit }) => ({
      locations: slice(Number(skip), limit),
    }));
    const from = { skip: "990", limit: "5" };
    expect(await listIds(client, "locations.search-locations", { paging: { from } })).toEqual(
      IDS.slice(990),
    );
  });

  it("ends where paging is not heeded, instead of listing the same for ever", async () => {
    const { client } = await start(() => ({ locations: slice(0, 20) }));
    expect(await listIds(client, "locations.search-locations")).toEqual(IDS.slice(0, 20));
  });

  it("ends with a failure where there is no list, or where the operation does not list", async () => {
    const { client, count } = await start(() => ({ message: "hello" }));
    await expect(listIds(client, "locations.search-locations")).rejects.toThrow("malformed_answer");
    await expect(listIds(client, "contacts.get-contact")).rejects.toThrow("does not list");
    expect(count()).toBe(1);
  });
});
