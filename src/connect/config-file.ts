import { posix, win32 } from "node:path";

/** Where a process finds the files of a person. */
export interface Place {
  readonly home: string;
  /** The folder that the command runs in. */
  readonly folder: string;
  readonly platform: string;
}

/** The JSON file that a client reads its servers from. */
export interface ConfigFile {
  /** Where it is, as people write it; one line for each system that differs. */
  readonly shownPath: string;
  /** Where it is on this machine; `undefined` where the client has none on this system. */
  findPath(place: Place): string | undefined;
  /** The member of the file that holds the servers. */
  readonly member: "mcpServers" | "servers";
}

/** A file in the home folder. */
export const inHome = (path: string, member: ConfigFile["member"] = "mcpServers"): ConfigFile => ({
  shownPath: `~/${path}`,
  findPath: ({ home, platform }) => joinFor(platform)(home, ...path.split("/")),
  member,
});

/** A file in the folder of a project. */
export const inProject = (
  path: string,
  member: ConfigFile["member"] = "mcpServers",
): ConfigFile => ({
  shownPath: `${path} in the folder of the project`,
  findPath: ({ folder, platform }) => joinFor(platform)(folder, ...path.split("/")),
  member,
});

/** The file of Claude Desktop, which runs on macOS and Windows. */
export const CLAUDE_DESKTOP_FILE: ConfigFile = {
  shownPath:
    "~/Library/Application Support/Claude/claude_desktop_config.json, on Windows %APPDATA%\\Claude\\claude_desktop_config.json",
  findPath: ({ home, platform }) => {
    const file = ["Claude", "claude_desktop_config.json"];
    if (platform === "darwin") return posix.join(home, "Library", "Application Support", ...file);
    if (platform === "win32") return win32.join(home, "AppData", "Roaming", ...file);
    return undefined;
  },
  member: "mcpServers",
};

const joinFor = (platform: string): typeof posix.join =>
  platform === "win32" ? win32.join : posix.join;
