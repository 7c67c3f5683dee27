/**
 * Starts the service that checks pictures, once for each project of Vitest, and tells its tests where it is.
 */
import { PROVIDED } from "./provided.js";
import { startService } from "./service.js";

/** What is used of a project of Vitest. */
interface Project {
  provide(key: string, value: string): void;
  onTestsRerun(listener: () => void): void;
}

/** Called by Vitest; what it returns is called at the end. */
export default async function setup(project: Project): Promise<() => Promise<void>> {
  const service = await startService();
  project.provide(PROVIDED, service.url);
  project.onTestsRerun(() => service.startRun());
  return () => service.stop();
}
