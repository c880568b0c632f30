import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";

const SAMPLE_EVERY_US = 200;

/** Starts a CPU profile of this process; what comes back writes it to a file, for the browser's tools. */
export const startProfile = async (): Promise<(file: string) => Promise<void>> => {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: SAMPLE_EVERY_US });
  await session.post("Profiler.start");
  return async (file) => {
    const { profile } = await session.post("Profiler.stop");
    session.disconnect();
    writeFileSync(file, JSON.stringify(profile));
  };
};
