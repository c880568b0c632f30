import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    pool: "forks",
    // many tests wait for processes and timers in real time: a third worker uses the two cores meanwhile
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    teardownTimeout: 5_000,
    // a poll waits for what another process or the browser does: on a busy machine longer than 1 s
    expect: { poll: { timeout: 15_000 } },
    reporters: ["default", "./test/support/count-line-reporter.ts"],
    // what the machine has set must not reach the settings under test
    env: { NO_COLOR: "1" },
    projects: [
      // unit tests leave nothing behind: files that share a process load the sources once for all
      {
        extends: true,
        test: { name: "unit", include: ["test/unit/**/*.test.ts"], isolate: false },
      },
      {
        extends: true,
        test: { name: "whole", include: ["test/**/*.test.ts"], exclude: ["test/unit/**"] },
      },
    ],
  },
});
