import type { Result } from "../core/result.ts";
import { fail, ok } from "../core/result.ts";

/** A secret of AWS Secrets Manager that a MASTER_KEY points to. */
export interface AwsSecretReference {
  /** As it is written in MASTER_KEY; holds no secret. */
  readonly text: string;
  /** The name or the ARN. */
  readonly secretId: string;
  /** Absent: that of AWS_REGION, or of the profile. */
  readonly region?: string;
  /** The field of a secret that is a JSON object. Absent: the whole secret is the key. */
  readonly field?: string;
}

const PREFIX = "aws-secretsmanager:";
const PARAMETERS: readonly string[] = ["region", "field"];
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d{1,2}$/u;
/** What AWS allows in names, and the colons of an ARN. */
const SECRET_ID = /^[\w/+=.@:-]{1,512}$/u;

/** Whether a part of a MASTER_KEY points to AWS Secrets Manager. */
export const isAwsReference = (part: string): boolean => part.startsWith(PREFIX);

/**
 * Reads `aws-secretsmanager:<arn-or-name>[?region=…&field=…]`. An ARN names its region itself. Fails
 * with what is wrong.
 */
export const readAwsReference = (part: string): Result<AwsSecretReference, string> => {
  const [secretId = "", ...rest] = part.slice(PREFIX.length).split("?");
  if (!SECRET_ID.test(secretId)) {
    return fail(`"${part}" does not name a secret: give its name or its ARN after "${PREFIX}"`);
  }
  const query = new URLSearchParams(rest.join("?"));
  const region = query.get("region") ?? toArn(secretId)?.[3];
  const problem = findProblem(secretId, query, region);
  if (problem !== undefined) return fail(problem);
  const field = query.get("field");
  return ok({
    text: part,
    secretId,
    ...(region === undefined ? {} : { region }),
    ...(field === null ? {} : { field }),
  });
};

const toArn = (secretId: string): readonly string[] | undefined =>
  secretId.startsWith("arn:") ? secretId.split(":") : undefined;

const findProblem = (
  secretId: string,
  query: URLSearchParams,
  region: string | undefined,
): string | undefined => {
  const unknown = [...query.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    return `"${secretId}" has the parameter "${unknown}"; there are only region and field`;
  }
  const arn = toArn(secretId);
  if (arn !== undefined && (arn[2] !== "secretsmanager" || (arn[6] ?? "") === "")) {
    return `"${secretId}" is not the ARN of a secret`;
  }
  return region === undefined || REGION.test(region)
    ? undefined
    : `"${region}" is not an AWS region, such as eu-central-1`;
};
