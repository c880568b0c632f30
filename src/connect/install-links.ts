import type { ConnectTarget } from "./target.ts";

/** The link by which Cursor adds a server: its entry of `mcp.json` in base64 (cursor.com/docs, install links). */
export const toCursorLink = ({ name, url }: ConnectTarget): string => {
  const config = Buffer.from(JSON.stringify({ url })).toString("base64");
  return `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${encodeURIComponent(config)}`;
};

/** The object that `code --add-mcp` takes (code.visualstudio.com, MCP developer guide). */
export const toVsCodeServer = ({ name, url }: ConnectTarget): string =>
  JSON.stringify({ name, type: "http", url });

/** The link by which VS Code adds a server (the same guide, "MCP URL handler"). */
export const toVsCodeLink = (target: ConnectTarget): string =>
  `vscode:mcp/install?${encodeURIComponent(toVsCodeServer(target))}`;
