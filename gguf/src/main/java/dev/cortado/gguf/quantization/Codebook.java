package dev.cortado.gguf.quantization;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The points among which IQ1, IQ2 and IQ3 choose for each group of four or eight weights. They are part of the format
 * (tables {@code iq*_grid} of ggml-common.h) and lie in text files beside this class: the first line gives the levels a
 * coordinate can have, every further line one point, a digit per coordinate that counts into the levels.
 *
 * @param levels how many levels a coordinate can have
 * @param dimensions coordinates per point
 * @param digits level numbers of point after point
 * @param coordinates levels of point after point
 */
record Codebook(int levels, int dimensions, byte[] digits, byte[] coordinates) {
    static Codebook load(String name) {
        try (InputStream file = Codebook.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("codebook " + name + " is missing from the module dev.cortado.gguf");
            }
            return parse(new BufferedReader(new InputStreamReader(file, StandardCharsets.US_ASCII))
                    .lines()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("codebook " + name, e);
        }
    }

    private static Codebook parse(List<String> lines) {
        String[] levels = lines.getFirst().split(" ", -1);
        List<String> points = lines.subList(1, lines.size());
        int dimensions = points.getFirst().length();
        byte[] digits = new byte[points.size() * dimensions];
        byte[] coordinates = new byte[digits.length];
        for (int i = 0; i < digits.length; i++) {
            digits[i] = (byte) (points.get(i / dimensions).charAt(i % dimensions) - '0');
            coordinates[i] = Byte.parseByte(levels[digits[i]]);
        }
        return new Codebook(levels.length, dimensions, digits, coordinates);
    }

    /** How many points there are. */
    int size() {
        return digits.length / dimensions;
    }

    /** Writes {@code scale * coordinate}, negative where bit j of {@code signs} is set. */
    void writeSigned(float scale, int point, int signs, float[] out, int at) {
        for (int j = 0; j < dimensions; j++) {
            out[at + j] = scale * coordinates[dimensions * point + j] * Signs.sign(signs, j);
        }
    }

    /** Writes {@code scale * (coordinate + shift)}. */
    void writeShifted(float scale, int point, float shift, float[] out, int at) {
        for (int j = 0; j < dimensions; j++) {
            out[at + j] = scale * (coordinates[dimensions * point + j] + shift);
        }
    }
}
