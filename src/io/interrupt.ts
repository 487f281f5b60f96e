/** What must still be done when somebody interrupts a run, such as ending what it has begun on another machine. */

/** A thing to do; it must not take long. */
type LastAct = () => Promise<void>;

const acts = new Set<LastAct>();

/** Registers what must be done at an interrupt; returns what takes it back. */
export const onInterrupt = (act: LastAct): (() => void) => {
  acts.add(act);
  return () => void acts.delete(act);
};

/** Whether there is anything to do. */
export const hasLastActs = (): boolean => acts.size > 0;

/** Does what must be done, for at most so many milliseconds. Never throws. */
export const doLastActs = async (milliseconds: number): Promise<void> => {
  const tired = new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  await Promise.race([Promise.allSettled([...acts].map((act) => act())), tired]);
};
