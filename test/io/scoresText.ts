/** The text of user_scores.csv as one string. */
import { scoresCsv } from '../../src/io/scoresCsv.js';
import type { Ranking } from '../../src/scoring/ranking.js';

/** What a run writes to user_scores.csv, by this writer of it. */
export const scoresText = async (ranking: Ranking, config: string, written = scoresCsv(ranking, config)) => {
  const pieces: Uint8Array[] = [];
  for await (const piece of written) pieces.push(piece);
  return Buffer.concat(pieces).toString();
};
