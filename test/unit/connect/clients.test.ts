import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CLIENT_GUIDES, type Step } from "../../../src/connect/clients.ts";
import { ACCESS_WORDS, toConnectionUrl, TOOLS_WORDS } from "../../../src/connect/connection-url.ts";
import { findReachProblem } from "../../../src/connect/reach.ts";
import { readConnectionOptions } from "../../../src/mcp/connection-options.ts";

const URL_WITH_OPTIONS = "https://mcp.example/mcp?location=O%27Hara+%26+Sons&access=read";

const target = {
  url: URL_WITH_OPTIONS,
  name: "ghl-harbor",
  stdio: { command: "/opt/node", args: ["/opt/main.ts", "stdio"] },
};

const guideOf = (id: string) => {
  const guide = CLIENT_GUIDES.find((one) => one.id === id);
  if (guide === undefined) throw new Error(`no guide for ${id}`);
  return guide;
};

const stepsOf = <Kind extends Step["kind"]>(id: string, kind: Kind) =>
  guideOf(id)
    .steps(target)
    .filter((step): step is Extract<Step, { kind: Kind }> => step.kind === kind);

const folder = mkdtempSync(join(tmpdir(), "ghl-mcp-shell-"));
for (const name of ["claude", "code", "codex", "gemini"]) {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "${name}" "$@"\n`);
  chmodSync(path, 0o755);
}
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The words that a shell hands to the program, by a program that prints them. */
const runInShell = (id: string): string[] =>
  stepsOf(id, "run").flatMap(({ command }) =>
    execFileSync("/bin/sh", ["-c", command], {
      env: { PATH: `${folder}${delimiter}/usr/bin:/bin` },
      encoding: "utf8",
    })
      .trimEnd()
      .split("\n"),
  );

describe("the commands of the guides, run by a shell", () => {
  it.each([
    ["claude-code", `claude mcp add --transport http ghl-harbor ${target.url}`],
    ["codex", `codex mcp add ghl-harbor --url ${target.url} codex mcp login ghl-harbor`],
    ["gemini", `gemini mcp add --scope user --transport http ghl-harbor ${target.url}`],
    ["vscode", `code --add-mcp {"name":"ghl-harbor","type":"http","url":"${target.url}"}`],
  ])("of %s reach the client whole, whatever stands in the URL", (id, words) => {
    expect(runInShell(id)).toEqual(words.split(" "));
  });
});

describe("the links", () => {
  it("of Cursor hold the name, and the entry of mcp.json in base64", () => {
    const link = new URL(stepsOf("cursor", "open")[0]?.link ?? "");
    expect(link.href).toMatch(/^cursor:\/\/anysphere\.cursor-deeplink\/mcp\/install\?/u);
    expect(link.searchParams.get("name")).toBe("ghl-harbor");
    const config = Buffer.from(link.searchParams.get("config") ?? "", "base64").toString("utf8");
    expect(JSON.parse(config)).toEqual({ url: target.url });
  });

  it("of VS Code hold what --add-mcp takes, as one encoded query", () => {
    const [head, query = ""] = (stepsOf("vscode", "open")[0]?.link ?? "").split("?");
    expect(head).toBe("vscode:mcp/install");
    expect(JSON.parse(decodeURIComponent(query))).toEqual({
      name: "ghl-harbor",
      type: "http",
      url: target.url,
    });
  });
});

describe("the files", () => {
  const http = { type: "http", url: target.url };
  const stdio = { command: "/opt/node", args: ["/opt/main.ts", "stdio"] };

  it.each([
    ["claude-code", { mcpServers: { "ghl-harbor": http } }],
    ["claude-desktop", { mcpServers: { "ghl-harbor": stdio } }],
    ["cursor", { mcpServers: { "ghl-harbor": { url: target.url } } }],
    ["vscode", { servers: { "ghl-harbor": http } }],
    ["gemini", { mcpServers: { "ghl-harbor": { httpUrl: target.url } } }],
    ["windsurf", { mcpServers: { "ghl-harbor": { serverUrl: target.url } } }],
    ["other", { mcpServers: { "ghl-harbor": http } }],
    ["stdio", { mcpServers: { "ghl-harbor": stdio } }],
  ])("of %s have the form that it reads, and what is written is what is shown", (id, file) => {
    expect(JSON.parse(stepsOf(id, "file").at(-1)?.content ?? "")).toEqual(file);
    const guide = guideOf(id);
    if (guide.file === undefined) return;
    expect({ [guide.file.member]: { "ghl-harbor": guide.entry?.(target) } }).toEqual(file);
  });

  it.each([
    ["cursor", "linux", "/home/ada/.cursor/mcp.json"],
    ["gemini", "darwin", "/home/ada/.gemini/settings.json"],
    ["windsurf", "linux", "/home/ada/.codeium/windsurf/mcp_config.json"],
    ["claude-code", "linux", "/srv/site/.mcp.json"],
    ["vscode", "darwin", "/srv/site/.vscode/mcp.json"],
    [
      "claude-desktop",
      "darwin",
      "/home/ada/Library/Application Support/Claude/claude_desktop_config.json",
    ],
    ["claude-desktop", "linux", undefined],
  ])("of %s on %s are at %s", (id, platform, path) => {
    const place = { home: "/home/ada", folder: "/srv/site", platform };
    expect(guideOf(id).file?.findPath(place)).toBe(path);
  });

  it("of Claude Desktop on Windows are in the roaming folder of the person", () => {
    const place = { home: "C:\\Users\\Ada", folder: "C:\\site", platform: "win32" };
    expect(guideOf("claude-desktop").file?.findPath(place)).toBe(
      "C:\\Users\\Ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json",
    );
  });

  it("of Codex are TOML with the URL as a string", () => {
    expect(stepsOf("codex", "file")[0]?.content).toBe(
      `[mcp_servers.ghl-harbor]\nurl = "${target.url}"`,
    );
  });
});

describe("an address with options", () => {
  it.each([
    ...ACCESS_WORDS.map((access) => ({ access })),
    ...TOOLS_WORDS.map((tools) => ({ tools })),
    { location: "Harbor & Dental + 1" },
  ])("%o is one that the server understands", (options) => {
    const { searchParams } = new URL(toConnectionUrl("https://mcp.example/mcp", options));
    const read = readConnectionOptions(searchParams);
    const level = "access" in options && options.access === "full" ? { access: "critical" } : {};
    expect(read).toEqual({ ok: true, value: { ...options, ...level } });
  });

  it("is the plain address where there are none", () => {
    expect(toConnectionUrl("https://mcp.example/mcp", {})).toBe("https://mcp.example/mcp");
  });
});

it("says of clients that call from the internet that they do not reach this machine", () => {
  const problemOf = (id: string, url: string) => findReachProblem(guideOf(id), url);
  expect(problemOf("claude", "http://localhost:8000/mcp")).toContain("public https address");
  expect(problemOf("chatgpt", "http://mcp.example/mcp")).toContain("https addresses only");
  expect(problemOf("claude", "https://mcp.example/mcp")).toBeUndefined();
  expect(problemOf("claude-code", "http://localhost:8000/mcp")).toBeUndefined();
});
