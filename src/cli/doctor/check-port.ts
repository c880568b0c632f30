import type { Config } from "../../config/config.ts";
import { AppError } from "../../core/errors.ts";
import { checkPortFree } from "../check-port.ts";
import { askOwnTls } from "./ask-own-tls.ts";
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
  const { port, publicUrl, tls } = config;
  const host = toLocalHost(config);
  const body =
    tls === undefined
      ? await parts.http
          .send({
            method: "GET",
            url: `http://${host.includes(":") ? `[${host}]` : host}:${port}${METADATA}`,
            headers: { host: new URL(publicUrl).host },
            timeoutMs: TIMEOUT_MS,
            maxBytes: MAX_BYTES,
            signal,
          })
          .then((sent) => (sent.ok && sent.value.status === 200 ? sent.value.body : undefined))
      : await askOwnTls(
          METADATA,
          { host, port, publicUrl, tls },
          AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
        );
  return /"issuer"\s*:\s*"([^"]+)"/u.exec(body ?? "")?.[1];
};

const METADATA = "/.well-known/oauth-authorization-server";

const toLocalHost = ({ host }: Config): string => {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
};
