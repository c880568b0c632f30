import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { findFaults, writeServerJson } from "../../../scripts/package/server-json-file.ts";
import { SETTING_ROWS } from "../../../src/config/schema.ts";
import { findUsageError } from "../../support/command-tree.ts";
import { npm, readPackageJson } from "../../support/packed.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const PLACEHOLDER =
  'the namespace "com.example" is a placeholder; run: npm run server-json -- --namespace io.github.OWNER';
const STALE = "server.json is not what package.json and the settings say; run: npm run server-json";

/** No range and no tag, as the registry asks of versions. */
const version = z.string().regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/u);
const input = {
  description: z.string().min(1),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
  default: z.string().optional(),
  choices: z.array(z.string()).min(1).optional(),
};
/**
 * What the schema of 2025-12-11 and the rules of the registry ask of the members that are used here, and
 * no other member: the schema would let a misspelt one pass.
 */
const schema = z.strictObject({
  $schema: z.literal(
    "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",
  ),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9.-]*[a-zA-Z0-9]\/[a-zA-Z0-9][a-zA-Z0-9._-]*[a-zA-Z0-9]$/u),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version,
  repository: z.strictObject({ url: z.url(), source: z.enum(["github", "gitlab"]) }).optional(),
  websiteUrl: z.url({ protocol: /^https$/u }).optional(),
  packages: z.tuple([
    z.strictObject({
      registryType: z.literal("npm"),
      identifier: z.string().regex(/^\S+$/u),
      version,
      runtimeHint: z.literal("npx"),
      transport: z.strictObject({ type: z.literal("stdio") }),
      packageArguments: z.array(
        z.discriminatedUnion("type", [
          z.strictObject({ type: z.literal("positional"), value: z.string().min(1) }),
          z.strictObject({
            type: z.literal("named"),
            name: z.string().regex(/^--[a-z-]+$/u),
            ...input,
          }),
        ]),
      ),
      environmentVariables: z.array(z.strictObject({ name: z.string().min(1), ...input })),
    }),
  ]),
  remotes: z
    .array(
      z.strictObject({
        type: z.literal("streamable-http"),
        url: z.string().regex(/^https:\/\/[^\s]+$/u),
      }),
    )
    .min(1)
    .optional(),
});

const readServer = (folder: string) =>
  schema.parse(JSON.parse(readFileSync(join(folder, "server.json"), "utf8")));

describe("server.json of the repository", () => {
  const server = readServer(root);
  // whoever publishes commits a name of their own
  const isPlaceholder = server.name.startsWith("com.example/");
  const [listed] = server.packages;

  it("says what package.json and the settings say, and is not to be published as a placeholder", () => {
    expect(findFaults(root)).toEqual(isPlaceholder ? [PLACEHOLDER] : []);
    const { name, version: current, mcpName } = readPackageJson();
    expect([listed.identifier, listed.version, server.version, server.name]).toEqual([
      name,
      current,
      current,
      mcpName,
    ]);
  });

  it("names settings that there are, and tells every secret", () => {
    const names = listed.environmentVariables.map((variable) => variable.name);
    expect(names.slice(0, 2)).toEqual(["GHL_PRIVATE_TOKEN", "GHL_LOCATION_ID"]);
    for (const { name, isSecret, description } of listed.environmentVariables) {
      expect([name, isSecret]).toEqual([name, SETTING_ROWS.get(name)?.secret === true]);
      expect(description).not.toMatch(/[`\]]/u);
    }
  });

  it("starts the command line with arguments that it takes", async () => {
    const lines = listed.packageArguments.flatMap((argument) =>
      argument.type === "positional"
        ? [[argument.value]]
        : (argument.choices ?? []).map((choice) => [`${argument.name}=${choice}`]),
    );
    const [command = [], ...options] = lines;
    expect(command).toEqual(["stdio"]);
    expect(options).toContainEqual(["--access=write"]);
    for (const option of options) {
      expect(await findUsageError([...command, ...option])).toBeUndefined();
    }
    expect(await findUsageError([...command, "--access=all"])).toContain("read, write, critical");
  });

  // with a name of one's own nothing is refused
  it.skipIf(!isPlaceholder)("makes npm refuse to publish before a name is chosen", async () => {
    // were it not refused, it would reach nobody
    const nowhere = ["--dry-run", "--registry=http://127.0.0.1:9/", "--fetch-retries=0"];
    const publishing = npm(root, ["publish", ...nowhere]);
    await expect(publishing).rejects.toMatchObject({
      stderr: expect.stringContaining(`not to be published: ${PLACEHOLDER}`) as string,
    });
  });
});

describe("npm run server-json", () => {
  let folder: string;
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ghl-mcp-server-json-"));
    for (const name of ["package.json", "server.json"]) {
      cpSync(join(root, name), join(folder, name));
    }
    writeServerJson(folder, { namespace: "com.example", remote: "" });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("writes both files under a name of one's own, which may then be published", () => {
    const before = read("package.json");
    expect(writeServerJson(folder, { namespace: "io.github.somebody" })).toBe(
      "io.github.somebody/ghl-mcp",
    );
    expect(findFaults(folder)).toEqual([]);
    expect(readServer(folder).name).toBe("io.github.somebody/ghl-mcp");
    expect(read("package.json")).toBe(before.replace("com.example", "io.github.somebody"));
  });

  it("names an address that serves, keeps it when it is written again, and takes it out", () => {
    writeServerJson(folder, { remote: "https://mcp.example.com/mcp" });
    writeServerJson(folder, {});
    expect(readServer(folder).remotes).toEqual([
      { type: "streamable-http", url: "https://mcp.example.com/mcp" },
    ]);
    expect(findFaults(folder)).toEqual([PLACEHOLDER]);
    writeServerJson(folder, { remote: "" });
    expect(readServer(folder).remotes).toBeUndefined();
  });

  it("takes repository and home page from package.json", () => {
    const manifest = { ...readPackageJson(), homepage: "https://example.com/" };
    const repository = { type: "git", url: "git+https://github.com/somebody/ghl-mcp.git" };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, repository }));
    writeServerJson(folder, {});
    expect(readServer(folder)).toMatchObject({
      repository: { url: "https://github.com/somebody/ghl-mcp", source: "github" },
      websiteUrl: "https://example.com/",
    });
  });

  it("sees a version and a setting that have changed", () => {
    writeServerJson(folder, { namespace: "io.github.somebody" });
    const server = read("server.json");
    writeFileSync(
      join(folder, "server.json"),
      server.replace('"default": "info"', '"default": "x"'),
    );
    expect(findFaults(folder)).toEqual([STALE]);
    writeFileSync(join(folder, "server.json"), server);
    expect(findFaults(folder)).toEqual([]);
    const manifest = read("package.json");
    writeFileSync(
      join(folder, "package.json"),
      manifest.replace(/"version": "[^"]*"/u, '"version": "9.9.9"'),
    );
    expect(findFaults(folder)).toEqual([STALE]);
  });

  it.each([
    [{ namespace: "somebody" }, '"somebody" is no namespace'],
    [{ namespace: "io.github.some body" }, "is no namespace"],
    [{ namespace: "io.github.somebody/ghl-mcp" }, "is no namespace"],
    [{ remote: "http://mcp.example.com/mcp" }, "is no https address"],
    [{ remote: "mcp.example.com" }, "is no https address"],
  ])("refuses %j and writes nothing", (publisher, message) => {
    const before = [read("package.json"), read("server.json")];
    expect(() => writeServerJson(folder, publisher)).toThrow(message);
    expect([read("package.json"), read("server.json")]).toEqual(before);
  });

  it.each(["com.example", "org.example.shop", "io.github.OWNER"])(
    "takes %s for a placeholder",
    (namespace) => {
      writeServerJson(folder, { namespace });
      expect(findFaults(folder)).toEqual([PLACEHOLDER.replace("com.example", namespace)]);
    },
  );
});
