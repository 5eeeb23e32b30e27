package dev.cortado.kernels.cpu;

/** The inner loops in the form that is fastest at this moment: vector form once compiled, plain loops before and without. */
final class Kernels {
    private final Tile tile = new PlainTile();
    private final Exponentials exponentials = new PlainExponentials();

    Tile tile() {
        return tile;
    }

    Exponentials exponentials() {
        return exponentials;
    }
}
