import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** What the endpoint answers one request with. */
export interface AwsAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A stand-in for AWS Secrets Manager on loopback. */
export interface AwsEndpoint {
  readonly url: string;
  /** The operation, the body and the region that was signed for, of each request that was let in. */
  readonly asked: readonly {
    readonly target: string;
    readonly body: unknown;
    readonly region: string;
  }[];
  /** Everything from now on is answered so. */
  answerWith(answer: AwsAnswer): void;
  close(): Promise<void>;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/secretsmanager\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/u;

/** The region that a request is signed for; undefined where the signature (version 4) is not right. */
const readSignature = (
  request: IncomingMessage,
  body: string,
  keys: { readonly id: string; readonly secret: string },
): string | undefined => {
  const header = (name: string): string => String(request.headers[name] ?? "");
  const [, id, day = "", region = "", signed = "", signature] =
    AUTHORIZATION.exec(header("authorization")) ?? [];
  if (id !== keys.id || !header("x-amz-date").startsWith(day)) return undefined;
  const names = signed.split(";");
  if (!names.includes("host") || !names.includes("x-amz-date")) return undefined;
  const canonical = [
    request.method,
    request.url,
    "",
    ...names.map((name) => `${name}:${header(name).trim()}`),
    "",
    signed,
    sha256(body),
  ].join("\n");
  const scope = `${day}/${region}/secretsmanager/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", header("x-amz-date"), scope, sha256(canonical)].join("\n");
  const key = [region, "secretsmanager", "aws4_request"].reduce(
    (last, part) => hmac(last, part),
    hmac(`AWS4${keys.secret}`, day),
  );
  return hmac(key, text).toString("hex") === signature ? region : undefined;
};

/** Starts it; requests that these keys did not sign are refused as AWS does. */
export async function startAwsEndpoint(keys: {
  readonly id: string;
  readonly secret: string;
}): Promise<AwsEndpoint> {
  const asked: { target: string; body: unknown; region: string }[] = [];
  let answer: AwsAnswer = { status: 500, body: {} };
  const server = createServer((request, response) => {
    void (async () => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const region = readSignature(request, body, keys);
      if (region !== undefined) {
        const target = String(request.headers["x-amz-target"]);
        asked.push({ target, body: JSON.parse(body), region });
      }
      const refused = { status: 400, body: { __type: "InvalidSignatureException", message: body } };
      const { status, body: content } = region === undefined ? refused : answer;
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(content));
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    answerWith: (next) => {
      answer = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
