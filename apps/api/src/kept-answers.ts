import { isRefusal, type Refusal } from '#contracts';
import { WrittenAnswer } from '#runtime';

/**
 * Characters that all kept answers have together, at most: a report of an incident has some tens of thousands, one of a long day a
 * million. Beyond it the one asked for longest ago gives way, and is read again.
 */
const CHARS_MAX = 32_000_000;
/** Answers kept or being made, whatever their size: as many incidents as are looked at in an hour. */
const ANSWERS_MAX = 256;

interface Kept {
  readonly position: number;
  readonly made: Promise<WrittenAnswer | Refusal>;
  /** 0 while it is being made. */
  chars: number;
}

/** Answers by id, the one asked for last at the end. */
class KeptAnswers {
  private readonly kept = new Map<string, Kept>();

  find(id: string): Kept | undefined {
    const known = this.kept.get(id);
    if (known !== undefined) this.put(id, known);
    return known;
  }

  put(id: string, answer: Kept): void {
    this.kept.delete(id);
    this.kept.set(id, answer);
    this.makeRoom();
  }

  /** Unless another is there already. */
  forget(id: string, answer: Kept): void {
    if (this.kept.get(id) === answer) this.kept.delete(id);
  }

  makeRoom(): void {
    let chars = 0;
    for (const each of this.kept.values()) chars += each.chars;
    for (const [id, each] of this.kept) {
      if (chars <= CHARS_MAX && this.kept.size <= ANSWERS_MAX) return;
      chars -= each.chars;
      this.kept.delete(id);
    }
  }
}

/**
 * Answers about things that change by events alone, each made once for a position of the log, for everybody who asks while no further
 * event was recorded. `position` was read after the request came, so that the answer holds every act that was over by then. What is
 * being made is waited for by all who ask for it; what failed, or is refused, is kept for nobody. Tables that are made of the events
 * again hold the same rows, so that nothing is forgotten then.
 */
export const createKeptAnswers = (
  read: (id: string) => Promise<object | Refusal>,
): ((id: string, position: number) => Promise<WrittenAnswer | Refusal>) => {
  const kept = new KeptAnswers();
  const make = async (id: string): Promise<WrittenAnswer | Refusal> => {
    const answer = await read(id);
    return isRefusal(answer) ? answer : new WrittenAnswer(answer);
  };
  return (id, position) => {
    const known = kept.find(id);
    // Made at a later position than asked for: it knows more.
    if (known !== undefined && known.position >= position) return known.made;
    const next: Kept = { position, made: make(id), chars: 0 };
    kept.put(id, next);
    next.made.then(
      (answer) => {
        if (isRefusal(answer)) return kept.forget(id, next);
        next.chars = answer.text.length;
        return kept.makeRoom();
      },
      () => kept.forget(id, next),
    );
    return next.made;
  };
};
