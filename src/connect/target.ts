/** What a client is to be connected to. */
export interface ConnectTarget {
  /** The MCP address, with its options. */
  readonly url: string;
  /** What the client calls the server; letters, digits, `-` and `_`. */
  readonly name: string;
  /** How a client starts the server itself. */
  readonly stdio: StdioCommand;
}

/** A program with its arguments. */
export interface StdioCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** The name of the server in the configuration of clients. */
export const SERVER_NAME = "ghl";

/** The command as it stands on pages, which do not tell where this program lies. */
export const PLACEHOLDER_STDIO: StdioCommand = {
  command: "/path/to/ghl-mcp/node_modules/.bin/node",
  args: [
    "/path/to/ghl-mcp/src/cli/main.ts",
    "stdio",
    "--storage-url",
    "sqlite:/path/to/ghl-mcp/data/ghl-mcp.db",
  ],
};
