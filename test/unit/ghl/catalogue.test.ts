import { mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { execFileSync, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import { AREAS } from "../../../src/core/access.ts";
import {
  findOperation,
  listOperations,
  suggestOperations,
} from "../../../src/ghl/catalog/index.ts";
import {
  generatedAppSchema,
  generatedIndexSchema,
  type Generation,
  type Operation,
} from "../../../src/ghl/catalog/operation.ts";
import { operationsWithOwnArea } from "../../../src/ghl/catalog/overlays/area.ts";
import { bodyPatches } from "../../../src/ghl/catalog/overlays/body.ts";
import { CLASS_EXCEPTIONS } from "../../../src/ghl/catalog/overlays/class.ts";
import { parameterPatches } from "../../../src/ghl/catalog/overlays/parameter.ts";
import { TOKEN_CLASS_PATCHES } from "../../../src/ghl/catalog/overlays/token-class.ts";
import { DATED_OPERATIONS } from "../../../src/ghl/catalog/overlays/version.ts";
import { generatedAnswersSchema } from "../../../src/sandbox/catalogue/shape.ts";
import { operationKey, readExpectedOperations } from "../../support/expected-operations.ts";
import {
  needsSpecs,
  readOperationList,
  readQueryParameters,
  SPECS_FOLDER,
} from "./shared-specs.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const generated = join(root, "src/ghl/catalog/generated");
const answers = join(root, "src/sandbox/generated");
const builder = join(root, "scripts/build-catalog.ts");

const getOperation = (id: string): Operation => {
  const operation = findOperation(id);
  if (operation === undefined) throw new Error(`no operation "${id}"`);
  return operation;
};

/** What the newer spec that has an operation says about it, uncorrected. */
const statedBySpec = (id: string): Generation => {
  const text = readFileSync(join(generated, `${id.split(".")[0]}.json`), "utf8");
  const { operations } = generatedAppSchema.parse(JSON.parse(text));
  const found = operations.find((one) => one.id === id);
  const stated = found?.v3 ?? found?.v2;
  if (stated === undefined) throw new Error(`no operation "${id}"`);
  return stated;
};

const normalise = (path: string): string =>
  path.replaceAll(/\{[^}]*\}/gu, "{}").replace(/\/$/u, "");

describe("the generated files", () => {
  const files = readdirSync(generated);

  it("fit their schema, every one", () => {
    for (const name of files) {
      const schema = name === "index.json" ? generatedIndexSchema : generatedAppSchema;
      schema.parse(JSON.parse(readFileSync(join(generated, name), "utf8")));
    }
    expect(files).toHaveLength(46);
  });

  it("say for every operation how it answers", () => {
    const ids = readdirSync(answers).flatMap((name) => {
      const text = readFileSync(join(answers, name), "utf8");
      return Object.keys(generatedAnswersSchema.parse(JSON.parse(text)));
    });
    expect(ids.toSorted()).toEqual(
      listOperations()
        .map(({ id }) => id)
        .toSorted(),
    );
  });

  it("hold no sentence", () => {
    const long: string[] = [];
    const walk = (value: unknown): void => {
      if (typeof value === "string" && value.split(/\s+/u).length > 5) long.push(value);
      if (typeof value === "object" && value !== null) {
        for (const [name, member] of Object.entries(value)) {
          walk(name);
          walk(member);
        }
      }
    };
    for (const name of files) walk(JSON.parse(readFileSync(join(generated, name), "utf8")));
    for (const name of readdirSync(answers)) {
      walk(JSON.parse(readFileSync(join(answers, name), "utf8")));
    }
    expect(long).toEqual([]);
  });

  it.each([
    [generated, 3_000_000],
    [answers, 500_000],
  ])("stay small together", (folder, limit) => {
    const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)).length);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(limit);
  });

  it("come out byte for byte the same when generated again", (context) => {
    needsSpecs(context);
    const again = mkdtempSync(join(tmpdir(), "catalogue-"));
    const made = [join(again, "catalogue"), join(again, "answers")] as const;
    // From another working directory, with the default place of the specs.
    execFileSync(process.execPath, [builder, SPECS_FOLDER, ...made], { cwd: tmpdir() });
    for (const [folder, copy] of [
      [generated, made[0]],
      [answers, made[1]],
    ] as const) {
      expect(readdirSync(copy).toSorted()).toEqual(readdirSync(folder).toSorted());
      for (const name of readdirSync(folder)) {
        expect([name, readFileSync(join(copy, name), "utf8")]).toEqual([
          name,
          readFileSync(join(folder, name), "utf8"),
        ]);
      }
    }
  });

  it("are left alone, with a message that says what is missing, when the specs are absent", () => {
    const before = readFileSync(join(generated, "index.json"), "utf8");
    const run = spawnSync(process.execPath, [builder, join(tmpdir(), "no-specs-here")]);
    expect(run.status).toBe(66);
    expect(run.stderr.toString()).toContain("the specs are not complete");
    expect(readFileSync(join(generated, "index.json"), "utf8")).toBe(before);
  });
});

describe("the catalogue", () => {
  const operations = listOperations();

  it("holds 663 operations with ids of their own", () => {
    expect(operations).toHaveLength(663);
    expect(new Set(operations.map(({ id }) => id)).size).toBe(663);
  });

  it("holds exactly the operations of both generations, app by app", (context) => {
    needsSpecs(context);
    const key = (one: { app: string; method: string; path: string }): string =>
      `${one.app} ${one.method} ${normalise(one.path)}`;
    expect(operations.map(key).toSorted()).toEqual(readOperationList().map(key).toSorted());
  });

  it("has the generations that the list of operations says", (context) => {
    needsSpecs(context);
    const listed = new Map(
      readOperationList().map((one) => [`${one.method} ${normalise(one.path)}`, one.specs]),
    );
    for (const app of new Set(operations.map((one) => one.app))) {
      const file = generatedAppSchema.parse(
        JSON.parse(readFileSync(join(generated, `${app}.json`), "utf8")),
      );
      for (const { id, method, v2, v3 } of file.operations) {
        const specs = `${v2 === undefined ? "" : "2"}${v3 === undefined ? "" : "3"}`;
        const path = normalise((v3 ?? v2)?.path ?? "");
        expect([id, specs]).toEqual([id, listed.get(`${method} ${path}`)]);
      }
    }
  });

  it("says the same in a list as in full", () => {
    for (const summary of operations) expect(getOperation(summary.id)).toMatchObject(summary);
  });

  it("declares every placeholder of every path, and no path parameter besides", () => {
    for (const { id } of operations) {
      const { path, parameters } = getOperation(id);
      const placeholders = [...path.matchAll(/\{([^}]+)\}/gu)].map((match) => match[1]);
      const declared = parameters.filter((one) => one.in === "path").map(({ name }) => name);
      expect([id, ...declared]).toEqual([id, ...placeholders]);
    }
  });

  it("gives every operation an area that exists and a Version that GoHighLevel supports", () => {
    const areas: readonly string[] = AREAS.map(({ id }) => id);
    for (const { id } of operations) {
      const { area, version } = getOperation(id);
      const known = areas.includes(area) && ["v3", "2021-07-28", "2021-04-15"].includes(version);
      expect([id, known]).toEqual([id, true]);
    }
  });

  it("works from any working directory", () => {
    const index = join(root, "src/ghl/catalog/index.ts");
    const script = `import { findOperation } from ${JSON.stringify(index)}; console.log(findOperation("contacts.get-contact").path);`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: tmpdir(),
    });
    expect(output.toString().trim()).toBe("/contacts/{contactId}");
  });

  it.each([
    "contacts.no-such-thing",
    "",
    "contacts",
    ".",
    "../../../package.x",
    "index.json",
    "__proto__.toString",
    "constructor",
  ])("does not know the operation %j", (id) => {
    expect(findOperation(id)).toBeUndefined();
  });

  it("suggests what a mistyped id most likely means", () => {
    expect(suggestOperations("contacts.search_contact_advanced")[0]).toBe(
      "contacts.search-contacts-advanced",
    );
    expect(suggestOperations("createContact")[0]).toBe("contacts.create-contact");
    expect(suggestOperations("qqqq")).toEqual([]);
    expect(suggestOperations("x".repeat(100_000))).toEqual([]);
  });
});

/** Descriptions with a comma that say something else. */
const NOT_JOINED: Readonly<Record<string, string>> = {
  "contacts.get-contacts-by-businessId startAfter":
    "a pair of a name and an id, which may be a list of two as well; a name may hold a comma",
};

describe("the overlays", () => {
  it.each([
    // v3 has it.
    ["contacts.create-contact", "v3", "v3", "/contacts/"],
    ["opportunities.search-opportunity", "v3", "v3", "/opportunities/search"],
    ["calendars.get-slots", "v3", "v3", "/calendars/{calendarId}/free-slots"],
    ["chat-widget.getWidget", "v3", "v3", "/chat-widget/public/config/{id}"],
    // The v3 spec of this app declares the dated version.
    ["ad-manager.fb-get-pages", "v3", "2021-07-28", "/ad-publishing/facebook/pages"],
    // Only v2 has it.
    ["contacts.get-contacts", "v2", "2021-07-28", "/contacts/"],
    [
      "conversations.get-all-custom-subtypes",
      "v2",
      "2021-04-15",
      "/conversations/preferences/custom-subtypes",
    ],
    // Nobody declares a Version.
    ["store.list-shipping-zones", "v2", "2021-07-28", "/store/shipping-zone"],
    // Renamed in v3; the old one is called under the dated version.
    ["oauth.get-location-access-token", "v2", "2021-07-28", "/oauth/locationToken"],
    ["oauth.get-installed-location", "v2", "2021-07-28", "/oauth/installedLocations"],
    ["oauth.get-location-access-token-v3", "v3", "v3", "/oauth/location-token"],
  ])("call %s by generation %s under Version %s", (id, ...expected) => {
    const { generation, version, path } = getOperation(id);
    expect([generation, version, path]).toEqual(expected);
  });

  const patches = { bodyPatches, parameterPatches, TOKEN_CLASS_PATCHES, DATED_OPERATIONS };

  it("correct only operations that exist, and say why", () => {
    for (const id of operationsWithOwnArea) expect(findOperation(id)).toMatchObject({ id });
    for (const [id, { reason }] of Object.values(patches).flatMap((one) => Object.entries(one))) {
      expect(findOperation(id)).toMatchObject({ id });
      expect([id, reason.length > 20]).toEqual([id, true]);
    }
    for (const { reason } of CLASS_EXCEPTIONS) expect(reason.length).toBeGreaterThan(20);
  });

  it("add only the names that they give a reason for, and lose none that a spec has", () => {
    const expected = readExpectedOperations();
    for (const { id } of listOperations()) {
      const operation = getOperation(id);
      const stated = expected.get(operationKey(operation))?.stated ?? [];
      const names = [
        ...operation.parameters.map((one) => `${one.in}:${one.name}`),
        ...Object.keys(operation.body?.fields ?? {}).map((name) => `body:${name}`),
      ];
      const patch = Object.keys(bodyPatches[id]?.fields ?? {}).map((name) => `body:${name}`);
      const added = names.filter((name) => !stated.includes(name) && !patch.includes(name));
      const lost = stated.filter((name) => !names.includes(name));
      expect([id, added, lost]).toEqual([id, [], []]);
    }
  });

  it("change no field that is right already", () => {
    for (const [id, { fields = {}, optional = [] }] of Object.entries(bodyPatches)) {
      const stated = statedBySpec(id).body?.fields ?? {};
      for (const name of optional) {
        expect([id, name, stated[name]?.required]).toEqual([id, name, true]);
      }
      for (const [name, field] of Object.entries(fields)) {
        expect([id, name, stated[name]]).not.toEqual([id, name, field]);
      }
    }
  });

  it("change no parameter and no token class that is right already", () => {
    for (const [id, { parameters }] of Object.entries(parameterPatches)) {
      for (const [name, patch] of Object.entries(parameters)) {
        const stated = statedBySpec(id).parameters.find((one) => one.name === name);
        expect([id, name, { ...stated, ...patch }]).not.toEqual([id, name, stated]);
      }
    }
    for (const [id, { tokenClass }] of Object.entries(TOKEN_CLASS_PATCHES)) {
      expect([id, statedBySpec(id).tokenClass]).not.toEqual([id, tokenClass]);
    }
  });

  it("join the values of every query parameter that a spec describes as separated by commas", (context) => {
    needsSpecs(context);
    const described = readQueryParameters().filter(
      ({ description, explode }) => /\bcommas?\b/iu.test(description) || explode === false,
    );
    expect(described.length).toBeGreaterThan(50);
    for (const { method, path, name } of described) {
      const operation = listOperations().find(
        (one) => one.method === method && normalise(one.path) === normalise(path),
      );
      const key = `${String(operation?.id)} ${name}`;
      if (Object.hasOwn(NOT_JOINED, key)) continue;
      const found = getOperation(operation?.id ?? path).parameters.find((one) => one.name === name);
      expect([key, found?.type, found?.joined]).toEqual([key, "array", true]);
    }
  });

  it("classify each exception once, and only where it differs from the method", () => {
    const seen = new Set<string>();
    const byMethod = {
      GET: "read",
      POST: "write",
      PUT: "write",
      PATCH: "write",
      DELETE: "critical",
    };
    for (const { class: curated, operations } of CLASS_EXCEPTIONS) {
      for (const id of operations) {
        expect([...seen]).not.toContain(id);
        seen.add(id);
        const operation = getOperation(id);
        expect(operation).toMatchObject({ id, class: curated });
        expect([id, byMethod[operation.method]]).not.toEqual([id, curated]);
      }
    }
  });

  it("make exactly the fifteen searching POSTs reads", () => {
    const reads = listOperations().filter((one) => one.class === "read" && one.method !== "GET");
    expect(reads.map(({ method, path }) => `${method} ${normalise(path)}`).toSorted()).toEqual([
      "POST /ad-publishing/google/keyword-ideas",
      "POST /contacts/search",
      "POST /locations/{}/tasks/search",
      "POST /objects/{}/records/search",
      "POST /opportunities/search",
      "POST /social-media-posting/category/queues/list",
      "POST /social-media-posting/category/queues/list/calendar",
      "POST /social-media-posting/category/queues/{}/edit/calendar",
      "POST /social-media-posting/category/queues/{}/items",
      "POST /social-media-posting/category/queues/{}/slots",
      "POST /social-media-posting/comments/{}/list",
      "POST /social-media-posting/statistics",
      "POST /social-media-posting/{}/posts/list",
      "POST /social-media-posting/{}/tags/details",
      "POST /users/search/filter-by-email",
    ]);
  });

  it.each([
    ["email-isv.verify-email", "critical"],
    ["saas.allow-attach-rebilling", "critical"],
    ["conversations.send-a-new-message", "critical"],
    ["contacts.delete-contact", "critical"],
    ["contacts.remove-tags", "write"],
    ["contacts.create-contact", "write"],
    ["locations.get-location-permissions", "read"],
    ["oauth.get-location-access-token", "critical"],
  ])("put %s in the class %s", (id, expected) => {
    expect(getOperation(id).class).toBe(expected);
  });

  it.each([
    ["contacts.create-contact", "location", false],
    ["locations.search-locations", "either", false],
    ["locations.create-location", "company", false],
    ["objects.create-custom-object-schema", "location", false],
    ["oauth.get-location-access-token", "company", true],
    ["marketplace.charge", "location", true],
    ["contacts.create-association", "location", false],
  ])("give %s the token class %s", (id, tokenClass, oauthOnly) => {
    expect(getOperation(id)).toMatchObject({ tokenClass, oauthOnly });
  });

  it("name the eleven operations that refuse private integration tokens", () => {
    const only = listOperations().filter(({ id }) => getOperation(id).oauthOnly);
    // Eleven in v2, two of them under a second, renamed path.
    expect(only).toHaveLength(13);
  });

  it("describe the body of the contact search, with its location", () => {
    const { body, location } = getOperation("contacts.search-contacts-advanced");
    expect(Object.keys(body?.fields ?? {})).toEqual([
      "locationId",
      "pageLimit",
      "page",
      "searchAfter",
      "query",
      "filters",
      "sort",
    ]);
    expect(body?.fields?.["pageLimit"]?.required).toBe(true);
    expect(location).toEqual(["body:locationId"]);
  });

  it("require of an opportunity search no more than its location", () => {
    const { body } = getOperation("opportunities.search-opportunities-advanced");
    const required = Object.entries(body?.fields ?? {}).filter(([, field]) => field.required);
    expect(required.map(([name]) => name)).toEqual(["locationId"]);
    expect(body?.fields).toHaveProperty("filters");
  });
});
