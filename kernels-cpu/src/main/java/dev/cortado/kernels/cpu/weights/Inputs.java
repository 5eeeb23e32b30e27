package dev.cortado.kernels.cpu.weights;

/**
 * The rows that a product multiplies weights with, in each of the forms that kernels ask for; a form is made when it is
 * first wanted and then shared by all matrices of the product. Reused from product to product.
 */
public final class Inputs {
    private final QuantizedRows blocks32 = new QuantizedRows(32);
    private final QuantizedRows blocks256 = new QuantizedRows(256);
    private float[] x = new float[0];
    private int at;
    private int stride;
    private int tokens;
    private int columns;
    private boolean has32;
    private boolean has256;

    /** Which form a matrix multiplies with. */
    public enum Form {
        /** float32, as given. */
        FLOAT,
        /** 8 bits with a scale per 32 values. */
        BLOCKS_OF_32,
        /** 8 bits with a scale per 256 values. */
        BLOCKS_OF_256
    }

    /** The rows x[at + t * stride] to x[at + t * stride + columns - 1] for t below {@code tokens}. */
    public void set(float[] x, int at, int stride, int tokens, int columns) {
        if (tokens < 1 || tokens > QuantizedRows.tokens()) {
            throw new IllegalArgumentException(
                    "%d rows at once, but 1 to %d are possible".formatted(tokens, QuantizedRows.tokens()));
        }
        this.x = x;
        this.at = at;
        this.stride = stride;
        this.tokens = tokens;
        this.columns = columns;
        has32 = false;
        has256 = false;
    }

    /** Makes a form, before threads share this. */
    public void prepare(Form form) {
        switch (form) {
            case FLOAT -> {}
            case BLOCKS_OF_32 -> {
                if (!has32) {
                    fill(blocks32);
                    has32 = true;
                }
            }
            case BLOCKS_OF_256 -> {
                if (!has256) {
                    fill(blocks256);
                    has256 = true;
                }
            }
        }
    }

    private void fill(QuantizedRows rows) {
        rows.columns(columns);
        for (int t = 0; t < tokens; t++) {
            rows.set(t, x, at + t * stride);
        }
    }

    public int tokens() {
        return tokens;
    }

    public int columns() {
        return columns;
    }

    QuantizedRows quantized(Form form) {
        if (form == Form.BLOCKS_OF_32 ? !has32 : !has256) {
            throw new IllegalStateException("inputs were not prepared as " + form);
        }
        return form == Form.BLOCKS_OF_32 ? blocks32 : blocks256;
    }

    float[] floats() {
        return x;
    }

    int offset(int token) {
        return at + token * stride;
    }
}
