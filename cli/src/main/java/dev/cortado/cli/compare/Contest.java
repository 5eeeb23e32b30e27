package dev.cortado.cli.compare;

import java.nio.file.Path;
import java.util.List;

/**
 * One model under every peer. The peers take turns, so that what slows the machine for a while slows them alike.
 *
 * @param model the file
 * @param series one of each peer, Cortado's first
 */
record Contest(Path model, List<Series> series) {
    static Contest run(Path model, List<Peer> peers, Workload workload, int rounds) throws InterruptedException {
        List<Series> series = peers.stream().map(Series::new).toList();
        for (int round = 0; round < rounds; round++) {
            for (Series one : series) {
                one.run(model, workload);
            }
        }
        return new Contest(model, series);
    }

    Series cortado() {
        return series.getFirst();
    }
}
