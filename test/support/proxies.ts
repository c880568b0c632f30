import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A proxy as a process. */
export interface RunningProxy {
  close(): Promise<void>;
}

const deploy = join(import.meta.dirname, "..", "..", "deploy");

/** A file of `deploy/`, as it is shipped. */
export const readDeployed = (name: string): string => readFileSync(join(deploy, name), "utf8");

/** Where a program is, and nothing where it is not, which is said aloud; an error under CI. */
export const findProgram = (name: string): string | undefined => {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin"];
  const path = folders.map((folder) => join(folder, name)).find((place) => existsSync(place));
  if (path !== undefined) return path;
  const text = `${name} is not installed, so what deploy/ has for it is NOT tested`;
  if (process.env["CI"] !== undefined) throw new Error(text);
  process.stderr.write(`\n*** SKIPPED: ${text} ***\n\n`);
  return undefined;
};

/** The whole configuration of an nginx in a folder of its own, in the foreground; `http` stands before the site. */
export const toNginxConfig = (
  folder: string,
  { site, http = "" }: { readonly site: string; readonly http?: string },
): string => {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(" ");
  return `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr;
    events {} http { access_log off; ${temporary} ${http} ${site} }`;
};

/** Starts nginx with one site; `http` stands before it, `include` becomes the file that it includes. */
export const startNginx = (
  nginx: string,
  config: { readonly site: string; readonly include: string; readonly http?: string },
): RunningProxy =>
  startProxy("SIGTERM", (folder) => {
    const include = join(folder, "nginx-proxy.conf");
    writeFileSync(include, config.include);
    const site = config.site.replaceAll("/etc/nginx/nginx-proxy.conf", include);
    writeFileSync(join(folder, "nginx.conf"), toNginxConfig(folder, { ...config, site }));
    return [nginx, "-p", folder, "-c", join(folder, "nginx.conf")];
  });

/** Starts Caddy with a Caddyfile of one site, without its administration and without certificates. */
export const startCaddy = (caddy: string, site: string): RunningProxy =>
  // told to end politely it would wait for the connections that clients keep
  startProxy("SIGQUIT", (folder) => {
    const path = join(folder, "Caddyfile");
    writeFileSync(path, `{\n\tadmin off\n\tauto_https off\n}\n${site}`);
    return [caddy, "run", "--config", path, "--adapter", "caddyfile"];
  });

const startProxy = (
  end: "SIGTERM" | "SIGQUIT",
  prepare: (folder: string) => readonly [string, ...(readonly string[])],
): RunningProxy => {
  const folder = mkdtempSync(join(tmpdir(), "ghl-mcp-proxy-"));
  const [program, ...args] = prepare(folder);
  const env = { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(program, args, { stdio: "ignore", env });
  const ended = new Promise((resolve) => child.once("close", resolve));
  return {
    close: async () => {
      child.kill(end);
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
