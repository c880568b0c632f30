import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { listenAnywhere } from "../measure/listen-anywhere.ts";
import { toContactHalves } from "./contact.ts";

/** How many locations the agency of the stand-in has. */
export const AGENCY_LOCATIONS = 200;
export const AGENCY_ID = "blockCompany00000000";

const toAgencyLocation = (index: number): string => `agency${String(index).padStart(14, "0")}`;

const BIG_BYTES = 5_000_000;

interface Answers {
  readonly [path: string]: { readonly body: Buffer; readonly isPacked?: boolean };
}

/**
 * A stand-in that answers with what is long: lists of 5 MB, plain and packed, of large records and of small
 * ones; 100 contacts of 1.7 KB; and an agency with 200 locations.
 */
export const startBlockUpstream = async (
  signal: AbortSignal,
): Promise<{ readonly baseUrl: string }> => {
  const answers = await makeAnswers();
  const server = createServer((request, response) => {
    void answer(answers, request, response);
  });
  server.keepAliveTimeout = 60_000;
  const baseUrl = await listenAnywhere(server);
  server.unref();
  signal.addEventListener("abort", () => server.closeAllConnections());
  return { baseUrl };
};

const makeAnswers = async (): Promise<Answers> => {
  const [head, tail] = toContactHalves("vault000000000000000");
  const contact = JSON.parse(head + tail) as { readonly contact: Record<string, unknown> };
  const toContacts = (count: number): readonly unknown[] =>
    Array.from({ length: count }, (_, index) => ({
      ...contact.contact,
      id: `big${String(index).padStart(17, "0")}`,
      searchAfter: [index, `big${index}`],
    }));
  const perContact = JSON.stringify(toContacts(1)).length;
  const tags = Array.from({ length: Math.ceil(BIG_BYTES / 90) }, (_, index) => ({
    id: `tag${String(index).padStart(17, "0")}`,
    name: `tag number ${index}`,
    locationId: "vault000000000000000",
  }));
  const contacts = JSON.stringify({ contacts: toContacts(Math.ceil(BIG_BYTES / perContact)) });
  return {
    tags: { body: Buffer.from(JSON.stringify({ tags })) },
    contacts: { body: Buffer.from(contacts) },
    packed: { body: await promisify(gzip)(contacts), isPacked: true },
    search: { body: Buffer.from(JSON.stringify({ contacts: toContacts(100), total: 100 })) },
    installed: {
      body: Buffer.from(
        JSON.stringify({
          locations: Array.from({ length: AGENCY_LOCATIONS }, (_, index) => ({
            _id: toAgencyLocation(index),
            name: `Agency location ${index}`,
          })),
          count: AGENCY_LOCATIONS,
        }),
      ),
    },
    written: { body: Buffer.from('{"fileId":"1","url":"https://files.example/1"}') },
  };
};

/** Which answer a request gets, by its path. */
const choose = (url: string): string | undefined => {
  if (/^\/locations\/[^/]+\/tags/u.test(url)) return "tags";
  if (url.startsWith("/contacts/search")) return "search";
  if (url.startsWith("/contacts/?") || url.startsWith("/contacts?")) {
    return url.includes("packed") ? "packed" : "contacts";
  }
  if (url.startsWith("/oauth/installedLocations")) return "installed";
  return url.startsWith("/medias/upload-file") ? "written" : undefined;
};

const answer = async (
  answers: Answers,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const url = request.url ?? "";
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const made = answers[choose(url) ?? ""];
  const body = made?.body ?? Buffer.from(JSON.stringify(makeSmall(url, Buffer.concat(chunks))));
  response.writeHead(200, {
    "content-type": "application/json; charset=utf-8",
    "content-length": body.length,
    ...(made?.isPacked === true && { "content-encoding": "gzip" }),
    "x-ratelimit-max": "10000000",
    "x-ratelimit-remaining": "9999999",
    "x-ratelimit-interval-milliseconds": "10000",
    "x-ratelimit-limit-daily": "1000000000",
    "x-ratelimit-daily-remaining": "999999999",
  });
  response.end(body);
};

const makeSmall = (url: string, body: Buffer): unknown => {
  if (url.startsWith("/oauth/locationToken")) {
    return {
      access_token: "t".repeat(600),
      expires_in: 86_399,
      scope: "",
      userType: "Location",
      locationId: new URLSearchParams(body.toString()).get("locationId"),
      companyId: AGENCY_ID,
    };
  }
  const [, id = ""] = /^\/locations\/([^/?]+)$/u.exec(url) ?? [];
  return {
    location: { id, name: `Location ${id}`, timezone: "America/Los_Angeles" },
    calendars: [],
    pipelines: [],
    contact: { id: "1", firstName: "Maria" },
  };
};
