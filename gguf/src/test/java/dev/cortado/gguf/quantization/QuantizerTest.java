package dev.cortado.gguf.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cortado.gguf.Tensor;
import dev.cortado.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class QuantizerTest {
    private static final int COLUMNS = SampleRows.COLUMNS;

    /** CRC-32 of all blocks without and with importance: output of src/test/ggml/quantize.c with ggml 0.25.3. */
    @ParameterizedTest
    @CsvSource(textBlock = """
            F32,0xb0d4171f,0xb0d4171f
            F16,0xfa0771ce,0xfa0771ce
            Q4_0,0x1f8865be,0xaab60abc
            Q4_1,0x72b8241d,0xcf882ae1
            Q5_0,0x6bc30d79,0x994ce1b4
            Q5_1,0xb61be04f,0xf94f8739
            Q8_0,0x48825f21,0x48825f21
            Q2_K,0x2ac1d601,0x6ee4e866
            Q3_K,0x551d4635,0x76c46fe1
            Q4_K,0x50582541,0x922b9054
            Q5_K,0xf4ada9dd,0x67b6c0ba
            Q6_K,0x873dec7b,0xe8a66b3a
            IQ2_XXS,0xf294c168,0x4a0c0e05
            IQ2_XS,0x2ff7d6e5,0x68e75eeb
            IQ3_XXS,0x42bc3f43,0xa7c3f10a
            IQ1_S,0xe0f3c0ac,0xc478d073
            IQ4_NL,0xf66ea9c0,0xdc9e68c0
            IQ3_S,0x3228d88f,0x491aeed7
            IQ2_S,0xbc16cca4,0x0c10f3fc
            IQ4_XS,0x818b506a,0x34f011e8
            IQ1_M,0xbeac719e,0x3590c77a
            BF16,0x2afb7df5,0x2afb7df5
            TQ1_0,0x8f605135,0x8f605135
            TQ2_0,0x712e76e0,0x712e76e0
            MXFP4,0xc53a86a9,0xc53a86a9
            NVFP4,0xfc949fa1,0xfc949fa1
            Q1_0,0x4054f32f,0x4054f32f
            Q2_0,0x07fa07a7,0x07fa07a7
            """)
    void makes_the_bytes_that_ggml_makes(TensorType type, String plain, String important) {
        assertThat(crc(quantize(type, SampleRows.rows(), null))).isEqualTo(plain);
        assertThat(crc(quantize(type, SampleRows.rows(), SampleRows.importance())))
                .isEqualTo(important);
    }

    @Test
    void writes_every_type_but_integers_doubles_and_activations() {
        Set<TensorType> unwritable = EnumSet.of(
                TensorType.I8,
                TensorType.I16,
                TensorType.I32,
                TensorType.I64,
                TensorType.F64,
                TensorType.Q8_1,
                TensorType.Q8_K);
        for (TensorType type : TensorType.values()) {
            assertThat(Quantizer.writes(type)).as(type.name()).isEqualTo(!unwritable.contains(type));
        }
        assertThatThrownBy(() -> Quantizer.of(TensorType.Q8_K))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("weights cannot be quantised to Q8_K");
    }

    /** In ggml 0.25.3 the groups behind a group of zeros are written one place too early. */
    @Test
    void a_group_of_zeros_does_not_disturb_the_groups_behind_it_in_iq3_s() {
        float[] row = SampleRows.rows()[0].clone();
        Arrays.fill(row, 32, 64, 0);
        float[] error = errors(TensorType.IQ3_S, row);
        double whole = rms(Arrays.copyOfRange(row, 64, 256));
        assertThat(rms(Arrays.copyOfRange(error, 32, 64))).isLessThan(0.05 * whole);
        assertThat(rms(Arrays.copyOfRange(error, 64, 256))).isLessThan(0.2 * whole);
    }

    /** In ggml 0.25.3 a scale from 256 to 448 becomes 448. */
    @Test
    void the_8_bit_scale_of_nvfp4_is_the_nearest_up_to_448() {
        for (float scale : new float[] {0x1p-9f, 7 * 0x1p-9f, 0x1p-6f, 1.25f, 15, 240, 256, 320, 448}) {
            float[] row = new float[64];
            row[5] = 6 * scale;
            row[6] = -0.5f * scale;
            assertThat(errors(TensorType.NVFP4, row)).as("scale %s", scale).containsOnly(0);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16", "Q4_0", "Q5_0", "Q8_0", "TQ1_0", "TQ2_0", "MXFP4", "NVFP4", "Q1_0"})
    void weights_that_are_exact_in_a_type_stay_as_they_are(TensorType type) {
        float[] exact = dequantize(type, quantize(type, SampleRows.rows(), null), SampleRows.rows().length);
        float[][] rows = new float[SampleRows.rows().length][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(exact, row * COLUMNS, (row + 1) * COLUMNS);
        }
        float[] again = dequantize(type, quantize(type, rows, null), rows.length);
        assertThat(again).usingComparatorWithPrecision(0f).containsExactly(exact);
    }

    @ParameterizedTest
    @EnumSource(names = {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ4_XS", "IQ2_S"})
    void importance_lowers_the_error_that_it_weighs(TensorType type) {
        float[][] row = {SampleRows.rows()[1]};
        float[] importance = SampleRows.importance();
        double without = weighed(row[0], dequantize(type, quantize(type, row, null), 1), importance);
        double with = weighed(row[0], dequantize(type, quantize(type, row, importance), 1), importance);
        assertThat(with).isLessThan(without);
    }

    @Test
    void writes_into_the_middle_of_buffers() {
        float[] in = new float[1 + 64];
        in[1] = 127;
        in[64] = -254;
        byte[] out = new byte[3 + 2 * 34 + 3];
        Quantizer.of(TensorType.Q8_0).quantize(in, 1, 64, null, MemorySegment.ofArray(out), 3);
        assertThat(Arrays.copyOfRange(out, 0, 3)).containsOnly(0);
        assertThat(out[5]).isEqualTo((byte) 127);
        assertThat(out[3 + 34 + 2 + 31]).isEqualTo((byte) -127);
        assertThat(Arrays.copyOfRange(out, 3 + 2 * 34, out.length)).containsOnly(0);
    }

    @Test
    void refuses_what_it_cannot_quantise() {
        Quantizer q8 = Quantizer.of(TensorType.Q8_0);
        MemorySegment out = MemorySegment.ofArray(new byte[34]);
        assertThatThrownBy(() -> q8.quantize(new float[64], 0, 33, null, out, 0))
                .hasMessage("33 weights for type Q8_0, expected a multiple of 32");
        assertThatThrownBy(() -> q8.quantize(new float[64], 0, 32, new float[31], out, 0))
                .hasMessage("importance of 31 columns, expected 32");
        assertThatThrownBy(() -> q8.quantize(new float[64], 0, 64, null, out, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        float[] infinite = new float[32];
        infinite[7] = Float.NEGATIVE_INFINITY;
        assertThatThrownBy(() -> q8.quantize(infinite, 0, 32, null, out, 0))
                .hasMessage("weight 7 is -Infinity, expected a finite number");
        float[] large = new float[32];
        large[0] = 1e7f;
        assertThatThrownBy(() -> q8.quantize(large, 0, 32, null, out, 0))
                .hasMessageStartingWith("a block needs the scale 78740.1")
                .hasMessageEndingWith("a 16-bit float ends at 65504");
        assertThatThrownBy(() -> Quantizer.of(TensorType.F16).quantize(large, 0, 1, null, out, 0))
                .hasMessage("weight 1.0E7 does not fit F16");
    }

    @ParameterizedTest
    @EnumSource(names = {"Q4_K", "IQ2_XXS", "IQ1_M", "MXFP4"})
    void zeros_stay_zeros(TensorType type) {
        assertThat(errors(type, new float[COLUMNS])).containsOnly(0);
    }

    @Test
    void the_error_of_q4_k_is_about_a_fifteenth_of_the_deviation() {
        float[] row = SampleRows.rows()[0];
        assertThat(rms(errors(TensorType.Q4_K, row)) / rms(row)).isCloseTo(1 / 15.0, within(0.01));
    }

    private static byte[] quantize(TensorType type, float[][] rows, float @Nullable [] importance) {
        long rowBytes = type.bytes(COLUMNS);
        byte[] out = new byte[(int) rowBytes * rows.length];
        Quantizer quantizer = Quantizer.of(type);
        for (int row = 0; row < rows.length; row++) {
            quantizer.quantize(rows[row], 0, COLUMNS, importance, MemorySegment.ofArray(out), row * rowBytes);
        }
        return out;
    }

    private static float[] dequantize(TensorType type, byte[] blocks, int rows) {
        return Dequantizer.floats(new Tensor("t", type, new long[] {COLUMNS, rows}, MemorySegment.ofArray(blocks)));
    }

    private static float[] errors(TensorType type, float[] row) {
        byte[] blocks = new byte[Math.toIntExact(type.bytes(row.length))];
        Quantizer.of(type).quantize(row, 0, row.length, null, MemorySegment.ofArray(blocks), 0);
        float[] errors = new float[row.length];
        Dequantizer.of(type).dequantize(MemorySegment.ofArray(blocks), 0, errors, 0, row.length);
        for (int i = 0; i < row.length; i++) {
            errors[i] = row[i] - errors[i];
        }
        return errors;
    }

    private static double rms(float[] values) {
        return Math.sqrt(Block.sumOfSquares(values) / values.length);
    }

    private static double weighed(float[] expected, float[] found, float[] importance) {
        double sum = 0;
        for (int i = 0; i < expected.length; i++) {
            double difference = expected[i] - found[i];
            sum += importance[i] * difference * difference;
        }
        return sum;
    }

    private static String crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return "0x%08x".formatted(crc.getValue());
    }
}
