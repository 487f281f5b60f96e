/** How the score is made: every weight with its reason, and what it does. */
import { grouped } from '../text/numbers.js';
import type { Report } from './report.js';
import { mostOf, shareOf } from './words.js';

/** The section about the method. */
export const MethodSection = ({ report: { method, labels } }: { readonly report: Report }) => (
  <section id="method">
    <h2>How the score is made</h2>
    <p class="lead">
      A score is the sum of these points, held between 0 and 100. It depends only on what the person did: nobody else
      changes it. From {labels.high} points it is high, from {labels.medium} medium.
    </p>
    <table class="method">
      <thead>
        <tr>
          <th scope="col">Signal</th>
          <th scope="col">Points</th>
          <th scope="col">Average</th>
          <th scope="col">Share</th>
          <th scope="col">Users</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      <tbody>
        {method.map(({ says, points, curve, mean, share, users, because }) => (
          <tr>
            <th scope="row">
              {says} <small>{curve}</small>
            </th>
            <td>{mostOf(points)}</td>
            <td>{mean < 0 ? `−${(-mean).toFixed(2)}` : mean.toFixed(2)}</td>
            <td>{shareOf(share, 0)}</td>
            <td>{grouped(users)}</td>
            <td>{because}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);
