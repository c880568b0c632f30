import type { Config } from "../../config/config.ts";
import { AppError } from "../../core/errors.ts";
import { checkPortFree } from "../check-port.ts";
import type { ReadyContext } from "./context.ts";
import { toProblem } from "./check-key.ts";
import { type Found, problem, well } from "./finding.ts";

const TIMEOUT_MS = 2000;
const MAX_BYTES = 64 * 1024;

/** Whether the port is free, or our own server is the one that listens there. */
export const checkPort = async (context: ReadyContext): Promise<readonly Found[]> => {
  const { host, port } = context.config;
  try {
    await checkPortFree({ host, port });
    return [well(`port ${port} on ${host} is free`)];
  } catch (error) {
    const isTaken = error instanceof AppError && error.code === "port_in_use";
    if (!isTaken) return [toProblem(error)];
    const issuer = await findIssuer(context);
    if (issuer === undefined) return [toProblem(error)];
    return issuer === context.config.publicUrl
      ? [well(`this server runs on port ${port} now`)]
      : [
          problem(
            `a server of this kind listens on port ${port}, but under the address "${issuer}"`,
            "stop it, set PORT to another port, or set PUBLIC_URL to the same address",
          ),
        ];
  }
};

/** The issuer of the authorization server on our port, if there is one (RFC 8414 §3). */
const findIssuer = async ({ config, parts, signal }: ReadyContext): Promise<string | undefined> => {
  const sent = await parts.http.send({
    method: "GET",
    url: `${toLocalOrigin(config)}/.well-known/oauth-authorization-server`,
    headers: { host: new URL(config.publicUrl).host },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    signal,
  });
  if (!sent.ok || sent.value.status !== 200) return undefined;
  return /"issuer"\s*:\s*"([^"]+)"/u.exec(sent.value.body)?.[1];
};

const toLocalOrigin = ({ host, port }: Config): string => {
  if (host === "0.0.0.0") return `http://127.0.0.1:${port}`;
  if (host === "::") return `http://[::1]:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
};
