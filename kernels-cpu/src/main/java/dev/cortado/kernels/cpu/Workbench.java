package dev.cortado.kernels.cpu;

/** The operations of one caller; each is set up, run and set up again, never while it runs. */
final class Workbench {
    final RowOperation rows;
    final Products products = new Products();
    final AttentionTask attention = new AttentionTask();
    final Mixture mixture = new Mixture();

    Workbench(WorkerPool.Region region) {
        rows = new RowOperation(region);
    }
}
