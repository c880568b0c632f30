import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../../../src/config/load.ts";
import { loadMasterKeys } from "../../../src/config/master-key.ts";
import { readAwsKeys } from "../../../src/config/master-key-aws.ts";
import { readAwsReference } from "../../../src/config/master-key-reference.ts";
import { AppError } from "../../../src/core/errors.ts";
import { silentLogger } from "../../../src/core/logger.ts";
import { systemRandom } from "../../../src/crypto/random.ts";
import { type AwsEndpoint, startAwsEndpoint } from "../../support/aws-endpoint.ts";
import { findFreePort } from "../../support/free-port.ts";

const KEY = Buffer.alloc(32, 5).toString("base64");
const OTHER = Buffer.alloc(32, 6).toString("base64");
const ACCESS = { id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

let endpoint: AwsEndpoint;
beforeAll(async () => {
  endpoint = await startAwsEndpoint(ACCESS);
});
afterAll(() => endpoint.close());
beforeEach(() => endpoint.answerWith({ status: 200, body: { SecretString: KEY } }));

const environment = (): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: ACCESS.id,
  AWS_SECRET_ACCESS_KEY: ACCESS.secret,
  AWS_REGION: "eu-central-1",
  AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint.url,
  STORAGE_URL: "memory:",
});

const load = async (
  masterKey: string,
  more: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> => {
  const { config } = loadConfig({
    environment: { ...environment(), MASTER_KEY: masterKey, ...more },
  });
  const keys = await loadMasterKeys(config.masterKey, { random: systemRandom, log: silentLogger });
  return keys.map((key) => key.reveal());
};

const failing = async (work: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (error instanceof AppError) return error;
  throw new Error(`no AppError but ${String(error)}`);
};

describe("a master key in AWS Secrets Manager", () => {
  it("is read with a signature that holds, for the region of the environment", async () => {
    expect(await load("aws-secretsmanager:ghl-mcp/key")).toEqual([KEY]);
    expect(endpoint.asked.at(-1)).toEqual({
      target: "secretsmanager.GetSecretValue",
      body: { SecretId: "ghl-mcp/key" },
      region: "eu-central-1",
    });
  });

  it("is asked for in the region of the reference, or of the ARN", async () => {
    const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ghl-mcp/key-AbCdEf";
    await load("aws-secretsmanager:ghl-mcp/key?region=us-east-2");
    expect(endpoint.asked.at(-1)?.region).toBe("us-east-2");
    await load(`aws-secretsmanager:${arn}`);
    expect(endpoint.asked.at(-1)).toMatchObject({ body: { SecretId: arn }, region: "eu-west-1" });
  });

  it("may stand in a field, be binary, or be one of a ring in the order given", async () => {
    const json = JSON.stringify({ user: "x", key: OTHER });
    endpoint.answerWith({ status: 200, body: { SecretString: json } });
    expect(await load(`${KEY} aws-secretsmanager:a?field=key`)).toEqual([KEY, OTHER]);
    expect(await load(`aws-secretsmanager:a?field=key ${KEY}`)).toEqual([OTHER, KEY]);
    endpoint.answerWith({ status: 200, body: { SecretBinary: OTHER } });
    expect(await load("aws-secretsmanager:a")).toEqual([OTHER]);
    endpoint.answerWith({ status: 200, body: { SecretString: `${KEY} ${OTHER}\n` } });
    expect(await load("aws-secretsmanager:a")).toEqual([KEY, OTHER]);
  });

  it.each([
    ["ResourceNotFoundException", "master_key_invalid", "there is no such secret"],
    ["AccessDeniedException", "master_key_invalid", "allow secretsmanager:GetSecretValue"],
    ["DecryptionFailure", "master_key_invalid", "allow kms:Decrypt"],
    ["ExpiredTokenException", "master_key_invalid", "the credentials have expired"],
    ["InternalServiceError", "master_key_unavailable", "AWS does not answer as hoped"],
  ])("says what to do about %s", async (type, code, text) => {
    endpoint.answerWith({ status: 400, body: { __type: type, message: `${KEY} was not found` } });
    const error = await failing(load("aws-secretsmanager:ghl-mcp/key"));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(text)]);
    expect(error.message).toContain('"ghl-mcp/key" in eu-central-1');
    expect(`${error.message} ${String(error.cause)}`).not.toContain(KEY);
  });

  it("says that the secret access key is wrong, and shows neither", async () => {
    const error = await failing(
      load("aws-secretsmanager:a", { AWS_SECRET_ACCESS_KEY: "another-secret" }),
    );
    expect(error.message).toContain("the secret access key is wrong");
    expect(`${error.message} ${String(error.cause)}`).not.toMatch(/another-secret|AKID/u);
  });

  it("says that nothing answers at the endpoint, and that trying again may help", async () => {
    const url = `http://127.0.0.1:${await findFreePort()}`;
    const error = await failing(
      load("aws-secretsmanager:a", { AWS_ENDPOINT_URL_SECRETS_MANAGER: url }),
    );
    expect([error.code, error.message]).toEqual([
      "master_key_unavailable",
      expect.stringContaining("ECONNREFUSED"),
    ]);
  });

  it.each([
    ["text that is no key", "hunter2hunter2", "does not hold 32 bytes in base64"],
    ["a JSON object", JSON.stringify({ key: KEY }), "is a JSON object; add ?field="],
    ["nothing", "", "does not hold 32 bytes in base64"],
  ])("refuses a secret that holds %s without repeating it", async (_name, content, text) => {
    endpoint.answerWith({ status: 200, body: { SecretString: content } });
    const error = await failing(load("aws-secretsmanager:a"));
    expect([error.code, error.message]).toEqual([
      "master_key_invalid",
      expect.stringContaining(text),
    ]);
    expect(error.message).not.toMatch(/hunter2|BQUF/u);
  });

  it("refuses a field that is not there", async () => {
    endpoint.answerWith({ status: 200, body: { SecretString: JSON.stringify({ key: KEY }) } });
    const error = await failing(load("aws-secretsmanager:a?field=toString"));
    expect(error.message).toContain('has no text in a field "toString"');
  });

  it("names the package to install where the AWS library is not there", async () => {
    const reference = readAwsReference("aws-secretsmanager:a");
    if (!reference.ok) throw new Error(reference.failure);
    const error = await failing(
      readAwsKeys(reference.value, {}, () => Promise.reject(new Error("ERR_MODULE_NOT_FOUND"))),
    );
    expect([error.code, error.message]).toEqual([
      "config_invalid",
      expect.stringContaining("npm install @aws-sdk/client-secrets-manager"),
    ]);
  });

  it.each([
    ["aws-secretsmanager:", "does not name a secret"],
    ["aws-secretsmanager:a?version=2", 'has the parameter "version"'],
    ["aws-secretsmanager:a?region=Frankfurt", '"Frankfurt" is not an AWS region'],
    ["aws-secretsmanager:arn:aws:s3:::bucket", "is not the ARN of a secret"],
  ])("refuses the reference %s before anything is asked", async (masterKey, text) => {
    const before = endpoint.asked.length;
    const error = await failing(load(masterKey));
    expect([error.code, error.message]).toEqual(["config_invalid", expect.stringContaining(text)]);
    expect(endpoint.asked).toHaveLength(before);
  });
});
