import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import type { TlsFiles } from "../../config/tls-pair.ts";
import { readTlsPair } from "../../config/tls-pair.ts";

/** Where a server of ours may listen on this machine, and what it should serve. */
export interface OwnTls {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  readonly tls: TlsFiles;
}

/**
 * The body of a GET from whoever listens there with the certificate of the settings; undefined for
 * everybody else. The connection trusts that certificate alone, and under any name: it is asked for by
 * the address of this machine.
 */
export const askOwnTls = async (
  path: string,
  { host, port, publicUrl, tls }: OwnTls,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const read = await readTlsPair(tls);
  if (!read.ok) return undefined;
  const { host: publicHost } = new URL(publicUrl);
  const asked = request({
    host,
    port,
    path,
    headers: { host: publicHost },
    agent: false,
    ca: read.value.certificate,
    allowPartialTrustChain: true,
    checkServerIdentity: () => undefined,
    signal,
  });
  // What comes after the answer has begun ends the reading below, too.
  asked.on("error", () => {});
  try {
    const answered = once(asked, "response", { signal });
    asked.end();
    const [response] = (await answered) as [IncomingMessage];
    const body = await text(response);
    return response.statusCode === 200 ? body : undefined;
  } catch {
    return undefined;
  }
};
