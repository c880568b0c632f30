import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What a spec says about reaching an operation. */
export interface ExpectedOperation {
  readonly method: string;
  readonly path: string;
  readonly version: string;
  /** Names of path and query parameters, and of body fields, as `query:limit`. */
  readonly names: readonly string[];
  /** The names that the spec itself has, without those added by hand. */
  readonly stated: readonly string[];
  /** Those of the names that a call must have. */
  readonly required: readonly string[];
  readonly tokenClass: "location" | "company" | "either";
  readonly oauthOnly: boolean;
}

/** One generation of an operation, as far as it matters here. */
interface Stated extends Omit<ExpectedOperation, "version" | "tokenClass" | "stated"> {
  readonly generation: "v2" | "v3";
  readonly version?: string;
  readonly tokenClass?: ExpectedOperation["tokenClass"];
}

const CATALOGUE = fileURLToPath(new URL("../../../shared/ghl/catalogue.json", import.meta.url));
const GENERATED = fileURLToPath(new URL("../../src/ghl/catalog/generated", import.meta.url));

/** Where the expectations come from: the list beside the specs, else the committed facts. */
export const expectationSource = existsSync(CATALOGUE) ? "catalogue.json" : "generated files";

/** Method and path, without the names of placeholders and a slash at the end. */
export const operationKey = ({ method, path }: { method: string; path: string }): string =>
  `${method} ${path.replaceAll(/\{[^}]*\}/gu, "{}").replace(/\/$/u, "")}`;

// The overlays of the client, said again by hand: what must be done in spite of the specs, and why.
const TOKEN_CLASSES: Readonly<Record<string, ExpectedOperation["tokenClass"]>> = {
  // gohighlevel.md §2: declared for agencies, yet the schema belongs to one location.
  "POST /objects": "location",
  // No security block: the app's own endpoint.
  "POST /oauth/token": "company",
};
const DATED = new Set([
  // gohighlevel.md §4.3: only under a dated Version.
  "POST /oauth/locationToken",
  "GET /oauth/installedLocations",
]);
const ADDED: Readonly<Record<string, readonly string[]>> = {
  // gohighlevel.md §4.10: the specs' bodies are empty.
  "POST /contacts/search": ["body:locationId", "body:pageLimit"],
  "POST /objects/{}/records": ["body:locationId", "body:properties"],
  "PUT /objects/{}/records/{}": ["body:properties"],
};
const OPTIONAL: Readonly<Record<string, readonly string[]>> = {
  // gohighlevel.md §2: every field is marked required, both styles of paging at once.
  "POST /opportunities/search": [
    "body:query",
    "body:limit",
    "body:page",
    "body:searchAfter",
    "body:additionalDetails",
  ],
  // gohighlevel.md §4.10: live use shows that location, page and size suffice.
  "POST /objects/{}/records/search": ["body:query", "body:searchAfter"],
  // gohighlevel.md §4.10: a calendar or a user, one of the two.
  "POST /calendars/events/block-slots": ["body:calendarId"],
  "PUT /calendars/events/block-slots/{}": ["body:calendarId"],
  // gohighlevel.md §2: a folder that nobody documents.
  "POST /custom-fields": ["body:parentId"],
  // Both, whatever the mode of payment.
  "POST /invoices/{}/record-payment": ["body:card", "body:cheque"],
  // gohighlevel.md §2: an ordinary message has neither.
  "POST /conversations/messages": ["body:subType", "body:status"],
  // The links come back from the upload.
  "POST /conversations/messages/upload": ["body:attachmentUrls"],
};

/** Every operation of both generations by its key, in the generation and Version to call it by. */
export const readExpectedOperations = (): ReadonlyMap<string, ExpectedOperation> => {
  const stated = existsSync(CATALOGUE) ? readCatalogue() : readGenerated();
  const byKey = new Map<string, Partial<Record<"v2" | "v3", Stated>>>();
  for (const one of stated) {
    const key = operationKey(one);
    byKey.set(key, { ...byKey.get(key), [one.generation]: one });
  }
  return new Map([...byKey].map(([key, pair]) => [key, toExpected(key, pair)]));
};

const toExpected = (
  key: string,
  { v2, v3 }: Partial<Record<"v2" | "v3", Stated>>,
): ExpectedOperation => {
  const useV3 = v3 !== undefined && (v2 === undefined || v3.version !== undefined);
  const chosen = DATED.has(key) ? v2 : useV3 ? v3 : v2;
  if (chosen === undefined) throw new Error(`nobody states ${key}`);
  return {
    ...chosen,
    stated: chosen.names,
    names: [...chosen.names, ...(ADDED[key] ?? [])],
    required: [
      ...chosen.required.filter((name) => OPTIONAL[key]?.includes(name) !== true),
      ...(ADDED[key] ?? []),
    ],
    version: chosen.version ?? (chosen.generation === "v3" ? "v3" : "2021-07-28"),
    tokenClass: TOKEN_CLASSES[key] ?? chosen.tokenClass ?? "location",
  };
};

interface Name {
  readonly name: string;
  readonly required: boolean;
}

interface CatalogueEntry {
  readonly spec: "v2" | "v3";
  readonly method: string;
  readonly path: string;
  readonly versionHeader: readonly string[];
  readonly queryParams: readonly Name[];
  readonly body: { readonly properties: readonly Name[] } | null;
  readonly tokenTypes: readonly string[];
  readonly tokenOnly: boolean;
}

const readCatalogue = (): readonly Stated[] =>
  (JSON.parse(readFileSync(CATALOGUE, "utf8")) as CatalogueEntry[]).map((entry) => {
    const [version] = entry.versionHeader;
    const isLocation = entry.tokenTypes.includes("Location");
    const isCompany = entry.tokenTypes.includes("Agency");
    const inPath = [...entry.path.matchAll(/\{([^}]+)\}/gu)].map(([, name]) => `path:${name}`);
    const { queryParams } = entry;
    const fields = entry.body?.properties ?? [];
    return {
      generation: entry.spec,
      method: entry.method,
      path: entry.path,
      ...(version !== undefined && { version }),
      names: [...inPath, ...toNames("query", queryParams), ...toNames("body", fields)],
      required: [
        ...inPath,
        ...toNames("query", queryParams.filter(isRequired)),
        ...toNames("body", fields.filter(isRequired)),
      ],
      ...((isLocation || isCompany) && {
        tokenClass: isLocation ? (isCompany ? "either" : "location") : "company",
      }),
      oauthOnly: entry.tokenOnly,
    };
  });

const isRequired = ({ required }: { readonly required?: boolean }): boolean => required === true;

const toNames = (place: string, members: readonly { readonly name: string }[]): string[] =>
  members.map(({ name }) => `${place}:${name}`);

interface GeneratedEntry {
  readonly method: string;
  readonly v2?: GeneratedGeneration;
  readonly v3?: GeneratedGeneration;
}

interface GeneratedGeneration {
  readonly path: string;
  readonly version?: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: true;
  }[];
  readonly body?: { readonly fields?: Readonly<Record<string, { readonly required?: true }>> };
  readonly tokenClass?: ExpectedOperation["tokenClass"];
  readonly oauthOnly?: true;
}

const readGenerated = (): readonly Stated[] =>
  readdirSync(GENERATED)
    .filter((name) => name !== "index.json")
    .flatMap((name) => {
      const text = readFileSync(`${GENERATED}/${name}`, "utf8");
      return (JSON.parse(text) as { readonly operations: readonly GeneratedEntry[] }).operations;
    })
    .flatMap(({ method, v2, v3 }) => [
      ...(v2 === undefined ? [] : [toStated("v2", method, v2)]),
      ...(v3 === undefined ? [] : [toStated("v3", method, v3)]),
    ]);

const toStated = (
  generation: "v2" | "v3",
  method: string,
  { path, version, parameters, body, tokenClass, oauthOnly }: GeneratedGeneration,
): Stated => {
  const fields = Object.entries(body?.fields ?? {}).map(([name, field]) => ({ ...field, name }));
  return {
    generation,
    method,
    path,
    ...(version !== undefined && { version }),
    names: [...parameters.map((one) => `${one.in}:${one.name}`), ...toNames("body", fields)],
    required: [
      ...parameters.filter(isRequired).map((one) => `${one.in}:${one.name}`),
      ...toNames("body", fields.filter(isRequired)),
    ],
    ...(tokenClass !== undefined && { tokenClass }),
    oauthOnly: oauthOnly === true,
  };
};
