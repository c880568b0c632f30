import { CLAUDE_DESKTOP_FILE, type ConfigFile, inHome, inProject } from "./config-file.ts";
import { toCursorLink, toVsCodeLink, toVsCodeServer } from "./install-links.ts";
import { toShellWord } from "./shell-word.ts";
import type { ConnectTarget } from "./target.ts";

/** One thing to do in order to connect a client. */
export type Step =
  | { readonly kind: "say"; readonly text: string }
  /** A command for a terminal. */
  | { readonly kind: "run"; readonly text: string; readonly command: string }
  /** A link that opens the client. */
  | { readonly kind: "open"; readonly label: string; readonly link: string }
  /** What stands in a file, or is put there. */
  | { readonly kind: "file"; readonly text: string; readonly content: string };

/** An MCP client, and how it is connected to this server. */
export interface ClientGuide {
  /** Its name on the command line. */
  readonly id: string;
  readonly title: string;
  /** Whether its maker's servers call this one: then an address of this machine is no use to it. */
  readonly callsFromOutside: boolean;
  /** The client starts the server itself: then there is no URL that could have options. */
  readonly startsServer?: true;
  steps(target: ConnectTarget): readonly Step[];
  /** The file that can be written for it. Absent where the client has none in JSON. */
  readonly file?: ConfigFile;
  /** What the file holds for this server. */
  entry?(target: ConnectTarget): Readonly<Record<string, unknown>>;
}

/** The file of a client with this server as its only one. */
const toFileStep = (
  text: string,
  target: ConnectTarget,
  held: {
    readonly member: ConfigFile["member"];
    readonly entry: Readonly<Record<string, unknown>>;
  },
): Step => ({
  kind: "file",
  text,
  content: JSON.stringify({ [held.member]: { [target.name]: held.entry } }, undefined, 2),
});

const httpEntry = ({ url }: ConnectTarget) => ({ type: "http", url });
const stdioEntry = ({ stdio }: ConnectTarget) => ({ command: stdio.command, args: stdio.args });

/**
 * The clients that the start page and `ghl-mcp connect` explain, in the order that they are shown. What
 * each of them wants is from its maker's documentation, read in November 2026.
 */
export const CLIENT_GUIDES: readonly ClientGuide[] = [
  {
    id: "claude",
    title: "Claude",
    callsFromOutside: true,
    steps: ({ url }) => [
      {
        kind: "say",
        text: "In the settings of Claude, open Connectors and add a custom connector.",
      },
      { kind: "file", text: "Give it this URL, then press Connect:", content: url },
    ],
  },
  {
    id: "claude-code",
    title: "Claude Code",
    callsFromOutside: false,
    steps: (target) => [
      {
        kind: "run",
        text: "In a terminal:",
        command: `claude mcp add --transport http ${target.name} ${toShellWord(target.url)}`,
      },
      { kind: "say", text: "Then /mcp in Claude Code signs in." },
      toFileStep("To share it with a project, .mcp.json in its folder holds:", target, {
        member: "mcpServers",
        entry: httpEntry(target),
      }),
    ],
    file: inProject(".mcp.json"),
    entry: httpEntry,
  },
  {
    id: "claude-desktop",
    title: "Claude Desktop",
    callsFromOutside: false,
    startsServer: true,
    steps: (target) => [
      {
        kind: "say",
        text: "A server that the internet reaches is a connector, as for Claude: Settings, Connectors, a custom connector with the MCP URL.",
      },
      toFileStep(
        `One on this machine is started by Claude Desktop itself, and works with what ghl-mcp login stored. ${CLAUDE_DESKTOP_FILE.shownPath}, holds:`,
        target,
        { member: "mcpServers", entry: stdioEntry(target) },
      ),
      { kind: "say", text: "Then quit Claude Desktop and start it again." },
    ],
    file: CLAUDE_DESKTOP_FILE,
    entry: stdioEntry,
  },
  {
    id: "chatgpt",
    title: "ChatGPT",
    callsFromOutside: true,
    steps: ({ url }) => [
      {
        kind: "say",
        text: "In the settings of ChatGPT, open Apps (Connectors in older versions), and under Advanced settings turn Developer mode on.",
      },
      {
        kind: "file",
        text: "Then create an app with OAuth as its authentication and this MCP server URL:",
        content: url,
      },
    ],
  },
  {
    id: "cursor",
    title: "Cursor",
    callsFromOutside: false,
    steps: (target) => [
      { kind: "open", label: "Add to Cursor", link: toCursorLink(target) },
      toFileStep("Or by hand, in ~/.cursor/mcp.json:", target, {
        member: "mcpServers",
        entry: { url: target.url },
      }),
    ],
    file: inHome(".cursor/mcp.json"),
    entry: ({ url }) => ({ url }),
  },
  {
    id: "vscode",
    title: "VS Code",
    callsFromOutside: false,
    steps: (target) => [
      { kind: "open", label: "Add to VS Code", link: toVsCodeLink(target) },
      {
        kind: "run",
        text: "Or in a terminal:",
        command: `code --add-mcp ${toShellWord(toVsCodeServer(target))}`,
      },
      toFileStep("To share it with a project, .vscode/mcp.json in its folder holds:", target, {
        member: "servers",
        entry: httpEntry(target),
      }),
    ],
    file: inProject(".vscode/mcp.json", "servers"),
    entry: httpEntry,
  },
  {
    id: "codex",
    title: "Codex",
    callsFromOutside: false,
    steps: ({ name, url }) => [
      {
        kind: "run",
        text: "In a terminal:",
        command: `codex mcp add ${name} --url ${toShellWord(url)}\ncodex mcp login ${name}`,
      },
      {
        kind: "file",
        text: "Or by hand, in ~/.codex/config.toml:",
        content: `[mcp_servers.${name}]\nurl = ${JSON.stringify(url)}`,
      },
    ],
  },
  {
    id: "gemini",
    title: "Gemini CLI",
    callsFromOutside: false,
    steps: (target) => [
      {
        kind: "run",
        text: "In a terminal:",
        command: `gemini mcp add --scope user --transport http ${target.name} ${toShellWord(target.url)}`,
      },
      toFileStep("Or by hand, in ~/.gemini/settings.json:", target, {
        member: "mcpServers",
        entry: { httpUrl: target.url },
      }),
      { kind: "say", text: `Then /mcp auth ${target.name} in Gemini CLI signs in.` },
    ],
    file: inHome(".gemini/settings.json"),
    entry: ({ url }) => ({ httpUrl: url }),
  },
  {
    id: "windsurf",
    title: "Windsurf",
    callsFromOutside: false,
    steps: (target) => [
      toFileStep("In ~/.codeium/windsurf/mcp_config.json:", target, {
        member: "mcpServers",
        entry: { serverUrl: target.url },
      }),
      { kind: "say", text: "Then press Refresh in the list of MCP servers." },
    ],
    file: inHome(".codeium/windsurf/mcp_config.json"),
    entry: ({ url }) => ({ serverUrl: url }),
  },
  {
    id: "other",
    title: "Any other client",
    callsFromOutside: false,
    steps: (target) => [
      {
        kind: "file",
        text: "It needs Streamable HTTP and OAuth. Give it this URL and no token:",
        content: target.url,
      },
      toFileStep("Many clients read a file of this form:", target, {
        member: "mcpServers",
        entry: httpEntry(target),
      }),
    ],
  },
  {
    id: "stdio",
    title: "A client without HTTP",
    callsFromOutside: false,
    startsServer: true,
    steps: (target) => [
      {
        kind: "say",
        text: "A client on the same machine can start the server itself. Run ghl-mcp login first; it then works with that connection.",
      },
      toFileStep("Many clients read a file of this form, with absolute paths:", target, {
        member: "mcpServers",
        entry: stdioEntry(target),
      }),
    ],
  },
];
