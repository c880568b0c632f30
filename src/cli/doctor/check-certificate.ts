import type { X509Certificate } from "node:crypto";
import { isForHost, judgeChain, readCertificates } from "../../config/certificate-chain.ts";
import { isLoopbackUrl } from "../../config/loopback.ts";
import { type TlsFiles, readTlsPair } from "../../config/tls-pair.ts";
import type { EpochSeconds } from "../../core/clock.ts";
import { daysLeft, judgeValidity, type TlsPair } from "../../core/tls-pair.ts";
import { toIsoTime } from "../time-text.ts";
import type { ReadyContext } from "./context.ts";
import { type Found, note, problem, warning, well } from "./finding.ts";

/** Whether the certificate can be served: for the host of PUBLIC_URL, at this time, with its chain. */
export const checkCertificate = async ({
  config,
  parts,
}: Pick<ReadyContext, "config" | "parts">): Promise<readonly Found[]> => {
  const { publicUrl, tls } = config;
  const { hostname, protocol } = new URL(publicUrl);
  if (tls === undefined) {
    return [
      protocol === "https:"
        ? note(`no certificate is set: something in front of this server ends TLS for ${hostname}`)
        : well("this machine's own address needs no certificate"),
    ];
  }
  const read = await readTlsPair(tls);
  if (!read.ok) {
    const [text = "", ...right] = read.failure.split("; ");
    return [problem(text, right.join("; "))];
  }
  const chain = readCertificates(read.value.certificate) ?? [];
  return [
    judgeHost(chain, new URL(publicUrl)),
    judgeTime(read.value, parts.clock.nowSeconds()),
    judgeFile(chain, tls),
    ...(read.value.isKeyOpen
      ? [
          warning(
            `everybody on this machine can read the key "${tls.keyPath}"`,
            `chmod o-r "${tls.keyPath}"`,
          ),
        ]
      : []),
  ];
};

const judgeHost = ([first]: readonly X509Certificate[], url: URL): Found => {
  const { hostname } = url;
  if (first !== undefined && isForHost(first, hostname)) {
    return well(`the certificate is for ${hostname}`);
  }
  const text = `the certificate is not for ${hostname}, but for: ${first?.subjectAltName ?? "no name"}`;
  return problem(
    text,
    `have one made for ${hostname}, or set PUBLIC_URL to a name that it is for${
      isLoopbackUrl(url) ? "" : "; both must be the name that clients use"
    }`,
  );
};

const judgeTime = (pair: TlsPair, now: EpochSeconds): Found => {
  const days = daysLeft(pair, now);
  const until = `${toIsoTime(pair.validUntil)}, ${days} days from now`;
  const renew = "renew it: a running server takes the new files by itself within 10 s";
  switch (judgeValidity(pair, now)) {
    case "expired":
      return problem(`the certificate ended on ${toIsoTime(pair.validUntil)}`, renew);
    case "early":
      return problem(
        `the certificate is not valid before ${toIsoTime(pair.validFrom)}`,
        "check the clock of this machine; if it is right, have a certificate made that is valid now",
      );
    case "ending":
      return warning(`the certificate ends on ${until}`, renew);
    case "good":
      return well(`the certificate is valid until ${until}`);
  }
};

const judgeFile = (chain: readonly X509Certificate[], { certificatePath }: TlsFiles): Found => {
  switch (judgeChain(chain)) {
    case "whole":
      return well(
        `"${certificatePath}" holds the certificate and ${chain.length - 1} of its issuers`,
      );
    case "broken":
      return problem(
        `the certificates in "${certificatePath}" do not follow each other`,
        "put the server's own first, then the one that issued it, and so on, as in fullchain.pem",
      );
    case "self_signed":
      return warning(
        "the certificate is signed by itself, so clients refuse it until they are told to trust it",
        "give clients the file (NODE_EXTRA_CA_CERTS for those on Node), or have one made by an authority that they know",
      );
    case "alone":
      return warning(
        `"${certificatePath}" holds the certificate without its issuers, so many clients refuse it`,
        "give the file with the whole chain, such as fullchain.pem",
      );
  }
};
