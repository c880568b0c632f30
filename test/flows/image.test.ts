import { execFile, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DCLinter } from "dclint";
import { validate } from "dockerfile-utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SETTINGS } from "../../src/config/schema.ts";
import { findFreePort } from "../support/free-port.ts";
import { type BuiltImage, readInstructions, runImageSteps } from "../support/image-steps.ts";
import { readPackageJson } from "../support/packed.ts";

const root = join(import.meta.dirname, "..", "..");
const run = promisify(execFile);
const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
const compose = readFileSync(join(root, "compose.yaml"), "utf8");

/** What the linter's own types lose to an import without a file ending. */
interface Linted {
  readonly messages: readonly unknown[];
}

describe("the Dockerfile", () => {
  it("has nothing that the linter objects to", () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(validate("FROM\nRUNN npm ci")).toHaveLength(2);
  });

  it("starts each stage from the Node that the tests run on, on a named Debian", () => {
    const { node } = readPackageJson()["devDependencies"] as Readonly<Record<string, string>>;
    const images = readInstructions(join(root, "Dockerfile"))
      .filter(({ name }) => name === "FROM")
      .map(({ text }) => text.split(" ")[0]);
    expect(images).toEqual(Array.from({ length: 2 }, () => `node:${node}-bookworm-slim`));
  });

  it("is sent no secret: the builder gets what it copies, and no more", () => {
    const sent = readFileSync(join(root, ".dockerignore"), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    const copied = readInstructions(join(root, "Dockerfile"))
      .filter(({ name, text }) => name === "COPY" && !text.startsWith("--from="))
      .flatMap(({ text }) => text.split(" ").slice(0, -1));
    expect(sent.toSorted()).toEqual(["*", ...new Set(copied.map((path) => `!${path}`))].toSorted());
  });
});

describe("compose.yaml", () => {
  it("has nothing that the linter objects to", () => {
    // how keys are ordered and which quotes they have is oxfmt's matter
    const rules = { "service-keys-order": 0, "services-alphabetical-order": 0 } as const;
    const quotes = { "require-quotes-in-ports": [2, { quoteType: "double" }] } as const;
    const linter = new DCLinter({
      rules: { ...rules, "require-quotes-in-ports": [...quotes["require-quotes-in-ports"]] },
      quiet: false,
      debug: false,
      exclude: [],
    });
    const results = linter.lintFiles([join(root, "compose.yaml")], false) as readonly Linted[];
    expect(results.map(({ messages }) => messages)).toEqual([[]]);
  });

  it("takes images by a full version, and gives servers settings that exist", () => {
    const images = [...compose.matchAll(/^ +image: (.+)$/gmu)].map(([, image]) => image);
    expect(images.length).toBe(2);
    for (const image of images) expect(image).toMatch(/^[a-z]+:\d+\.\d+(\.\d+)?-bookworm$/u);
    const [, block = ""] = /server-1:.*?\n {4}environment:\n(.*?)\n {4}\w/su.exec(compose) ?? [];
    const names = [...block.matchAll(/^ {6}(\w+):/gmu)].map(([, name = ""]) => name);
    expect(names).toContain("STORAGE_URL");
    expect(names.filter((name) => !(name in SETTINGS))).toEqual([]);
  });
});

describe("the image, its steps carried out in a folder", () => {
  let base: string;
  let image: BuiltImage;
  /** Where another user may start it. */
  let node: string;

  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), "ghl-mcp-image-"));
    chmodSync(base, 0o755);
    node = join(base, "node");
    cpSync(process.execPath, node);
    image = await runImageSteps(root, base);
  }, 120_000);
  afterAll(() => rmSync(base, { recursive: true, force: true }));

  it("runs as a user that is not root and can write to /data alone", () => {
    expect(image.user).toBe("1000:1000");
    expect(image.workdir).toBe("/data");
    const isRoot = process.getuid?.() === 0;
    const { mode, uid } = statSync(join(image.root, "data"));
    expect({ mode: mode & 0o777, uid }).toEqual({
      mode: 0o700,
      uid: isRoot ? 1000 : process.getuid?.(),
    });
    expect(statSync(join(image.root, "app")).mode & 0o022).toBe(0);
  });

  it("holds packages of the server alone", () => {
    const isThere = (name: string): boolean =>
      existsSync(join(image.root, "app/node_modules", name));
    const needed = Object.keys(readPackageJson()["dependencies"] ?? {});
    expect(needed.filter((name) => !isThere(name))).toEqual([]);
    expect(["vitest", "typescript", "@aws-sdk"].filter(isThere)).toEqual([]);
    expect(existsSync(join(image.root, "app/.env"))).toBe(false);
  });

  it("serves, is found healthy by its own check, and ends on SIGTERM", async () => {
    const port = String(await findFreePort());
    const env = {
      PATH: process.env["PATH"] ?? "",
      ...image.env,
      PORT: port,
      HOST: "127.0.0.1",
      PUBLIC_URL: "https://mcp.example.com",
      GHL_MODE: "live",
    };
    const isRoot = process.getuid?.() === 0;
    const as = { cwd: join(image.root, "data"), env, ...(isRoot ? { uid: 1000, gid: 1000 } : {}) };
    const check = async (): Promise<number> => {
      const [, ...args] = image.healthcheck;
      return run(node, [...args], as).then(
        () => 0,
        (error: unknown) => (error as { readonly code: number }).code,
      );
    };
    expect(image.healthcheck[0]).toBe("node");
    expect(image.entrypoint[0]).toBe("node");
    expect(await check()).toBe(1);
    const [, ...args] = [...image.entrypoint, ...image.cmd];
    const child = spawn(node, args, { ...as, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise((resolve) => child.once("close", resolve));
    try {
      await expect.poll(() => said, { interval: 50 }).toContain('"serving"');
      expect(await check()).toBe(0);
      expect(existsSync(join(image.root, "data/ghl-mcp.db"))).toBe(true);
    } finally {
      child.kill("SIGTERM");
    }
    expect(await ended).toBe(0);
  });
});
