package dev.cortado.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged file is refused with a sentence or is still a valid file; nothing else ever happens. */
class DamagedFileTest {
    private static final int DIRECTORY_BYTES = 3_500;

    @TempDir
    Path folder;

    private byte[] little;
    private byte[] big;

    @BeforeEach
    void write_a_valid_file() throws IOException {
        little = bytesOf(ByteOrder.LITTLE_ENDIAN);
        big = bytesOf(ByteOrder.BIG_ENDIAN);
    }

    private byte[] bytesOf(ByteOrder order) throws IOException {
        Path path = folder.resolve("valid.gguf");
        RandomGguf.of(11).writer().byteOrder(order).write(path);
        return Files.readAllBytes(path);
    }

    @Test
    void cut_anywhere() {
        for (byte[] valid : List.of(little, big)) {
            for (int length = 0; length < valid.length - 32; length += length < DIRECTORY_BYTES ? 1 : 61) {
                assertThat(opens(Arrays.copyOf(valid, length)))
                        .as("the first %d bytes", length)
                        .isFalse();
            }
            assertThat(opens(valid)).isTrue();
        }
    }

    @Test
    void any_byte_changed() {
        for (byte[] valid : List.of(little, big)) {
            int refused = 0;
            for (int at = 0; at < DIRECTORY_BYTES; at++) {
                for (int change : new int[] {0x01, 0x80, ~valid[at] & 0xFF}) {
                    byte[] damaged = valid.clone();
                    damaged[at] ^= (byte) change;
                    refused += opens(damaged) ? 0 : 1;
                }
            }
            assertThat(refused).isGreaterThan(1_000);
        }
    }

    @Test
    void any_number_changed() {
        for (int at = 4; at < DIRECTORY_BYTES; at++) {
            for (long number : new long[] {-1, Long.MAX_VALUE, (1L << 61) + 1, 0x7FFF_FFFF, little.length}) {
                byte[] damaged = little.clone();
                ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putLong(at, number);
                opens(damaged);
            }
        }
    }

    @Test
    void random_bytes_changed() {
        Random random = new Random(5);
        for (int round = 0; round < 3_000; round++) {
            byte[] damaged = little.clone();
            for (int i = random.nextInt(1, 8); i > 0; i--) {
                damaged[random.nextInt(DIRECTORY_BYTES)] = (byte) random.nextInt();
            }
            opens(damaged);
        }
    }

    /** Reads the bytes as a file, and everything in it; anything but success and a named fault fails the test. */
    private static boolean opens(byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            GgufPart part = GgufPart.read(Path.of("damaged.gguf"), MemorySegment.ofArray(bytes), arena);
            part.metadata().keys().forEach(key -> part.metadata().typed(key).orElseThrow());
            for (Tensor tensor : part.tensors()) {
                assertThat(tensor.data().byteSize()).isEqualTo(tensor.bytes());
            }
            return true;
        } catch (GgufFormatException e) {
            assertThat(e).hasMessageStartingWith("damaged.gguf: ").hasMessageNotContaining("\n");
            return false;
        } catch (RuntimeException | Error e) {
            return fail("no fault of the format", e);
        }
    }
}
