package dev.cortado.kernels.cpu.memory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Numbers read from memory. */
class AllMemoryTest {
    @Test
    void a_half_is_its_bits_moved_and_scaled_as_vector_kernels_do_it() {
        for (int bits = 0; bits <= 0xFFFF; bits++) {
            float moved = Float.intBitsToFloat(((short) bits << 13) & 0x8FFFE000) * 0x1p112f;
            assertThat(Float.floatToRawIntBits(AllMemory.half((short) bits)))
                    .as("%x", bits)
                    .isEqualTo(Float.floatToRawIntBits(moved));
        }
    }
}
